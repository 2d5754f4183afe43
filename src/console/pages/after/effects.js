// SPDX-License-Identifier: EUPL-1.2
// What a step after the release does: in the app, on the phones, and at the press. Said before it is done.

import { h } from "/shared/element.js";
import { say } from "./words.js";

/** @typedef {[where: string, what: string][]} Effects */

/** @param {Effects} effects */
export const effectsOf = (effects) =>
  h(
    "dl",
    { class: "effects" },
    effects.flatMap(([where, what]) => [h("dt", {}, where), h("dd", {}, what)]),
  );

/** @param {any} item @param {boolean} silent @returns {Effects} */
export const effectsOfCorrection = (item, silent) => [
  [say.inApp, say.correct.app],
  [say.onPhones, silent ? say.correct.phonesQuiet : say.correct.phones[/** @type {"news"} */ (item.class)]],
  [say.atPress, item.press ? say.correct.press : say.noPress],
];

/** @param {any} item @returns {Effects} */
export const effectsOfWithdrawal = (item) => [
  [say.inApp, say.withdraw.app],
  [say.onPhones, say.withdraw.phones],
  [say.atPress, item.press ? say.withdraw.press : say.noPress],
];
