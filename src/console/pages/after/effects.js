// SPDX-License-Identifier: EUPL-1.2
// What a step after the release does: in the app, on the phones, and at the press. Said before it is done.

import { h } from "/shared/element.js";

/** @param {[where: string, what: string][]} effects */
export const effectsOf = (effects) =>
  h(
    "dl",
    { class: "effects" },
    effects.flatMap(([where, what]) => [h("dt", {}, where), h("dd", {}, what)]),
  );
