// SPDX-License-Identifier: EUPL-1.2
// T: when it is released, in the editor's own time zone, with the time that is left.

import { h } from "/shared/element.js";
import { clockOf, everySecond } from "/console/time.js";
import { say } from "./words.js";

/** @type {import("./index.js").MakeSection} */
export function time({ work, changed, visit }) {
  const field = timeField(
    work.release_at,
    () => {
      work.chosenTime = field.value();
      changed();
    },
    visit.signal,
  );
  work.chosenTime = field.value();
  return {
    node: field.node,
    checks: () => [
      {
        what: say.checks.time,
        lacks: !work.chosenTime || new Date(work.chosenTime).getTime() <= Date.now(),
        later: true,
      },
    ],
  };
}

/** @param {string | undefined} release_at @param {() => void} changed @param {AbortSignal} signal */
function timeField(release_at, changed, signal) {
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
