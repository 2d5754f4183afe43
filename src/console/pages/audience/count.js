// SPDX-License-Identifier: EUPL-1.2
// How many an audience means: it follows what is chosen.

import { call } from "/shared/api.js";
import { number } from "/shared/language.js";
import { say } from "/console/words.js";
import { namesNobody } from "./choices.js";

/** @typedef {import("./choices.js").Audience} Audience */

/** How long an editor pauses before it is counted anew, in milliseconds. */
const PAUSE = 300;

/** In words; does not fail. @param {Audience} audience @returns {Promise<string>} */
export const countOf = (audience) =>
  call("POST", "/editorial/audience-counts", { body: { audience } }).then(
    (exact) => say.audienceCount(number(exact.people), number(exact.with_phone), number(exact.without_phone)),
    () => say.notCounted,
  );

/** Asks the server how many, once the editor pauses; an answer that has been overtaken is dropped.
 * @param {HTMLElement} node */
export function counting(node) {
  let last = 0;
  /** @type {number | undefined} */
  let timer;
  return (/** @type {Audience} */ audience) => {
    const mine = ++last;
    clearTimeout(timer);
    node.textContent = namesNobody(audience) ? say.peopleCount(number(0)) : "…";
    if (namesNobody(audience)) return;
    timer = setTimeout(async () => {
      const text = await countOf(audience);
      if (mine === last) node.textContent = text;
    }, PAUSE);
  };
}
