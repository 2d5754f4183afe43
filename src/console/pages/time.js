// SPDX-License-Identifier: EUPL-1.2
// The time that is left until T, and that has passed since.

import { serverNow } from "/shared/api.js";

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
