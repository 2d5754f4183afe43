// SPDX-License-Identifier: EUPL-1.2
// T: when an announcement is released, in the editor's own time zone, with the time that is left.

import { serverNow } from "/shared/api.js";
import { h } from "/shared/element.js";
import { say } from "./words.js";

/** Calls at once and each second until the page is left. @param {() => void} tick @param {AbortSignal} signal */
export function everySecond(tick, signal) {
  tick();
  const timer = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** T−00:08, T+01:03:20. @param {string} release_at @param {number} [now] */
export function clockOf(release_at, now = serverNow()) {
  const left = new Date(release_at).getTime() - now;
  const seconds = left > 0 ? Math.ceil(left / 1000) : Math.floor(-left / 1000);
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  if (!days && parts[0] === "00") parts.shift();
  return `T${left > 0 ? "−" : "+"}${days ? `${days} d ` : ""}${parts.join(":")}`;
}

/** @param {string | undefined} release_at @param {() => void} changed @param {AbortSignal} signal */
export function timeField(release_at, changed, signal) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const left = h("output", { class: "left" });
  const input = h("input", {
    type: "datetime-local",
    step: "1",
    oninput: () => {
      draw();
      changed();
    },
  });
  if (release_at) input.value = localOf(new Date(release_at));
  const value = () => (input.value ? new Date(input.value).toISOString() : undefined);
  const draw = () => {
    left.textContent = value() ? clockOf(/** @type {string} */ (value())) : "";
  };
  everySecond(draw, signal);
  return {
    node: h(
      "label",
      { class: "time" },
      say.when,
      h("span", { class: "row" }, input, left),
      h("small", {}, say.whenHint(`${zone} (${offset()})`)),
    ),
    /** In UTC, or nothing. */
    value,
  };
}

/** As the field wants it: local time without a zone. @param {Date} date */
function localOf(date) {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** UTC+01:00 */
function offset() {
  const minutes = -new Date().getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `UTC${minutes < 0 ? "−" : "+"}${hours}:${rest}`;
}
