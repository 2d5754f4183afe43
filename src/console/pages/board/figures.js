// SPDX-License-Identifier: EUPL-1.2
// Outcomes as a bar and as figures that add up.

import { h } from "/shared/element.js";
import { number } from "/shared/language.js";
import { named } from "/console/words.js";
import { say } from "./words.js";

/** @typedef {[string, number]} Group an outcome, and how many have it */

/** A bar whose parts are as long as they are many. @param {Group[]} groups @param {number} whole */
export function bar(groups, whole) {
  const parts = groups
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => {
      const part = h("span", { class: `part ${outcome}`, title: `${named(say.outcomes, outcome)}: ${number(count)}` });
      part.style.flexGrow = String(count);
      return part;
    });
  return h("div", { class: "bar", "aria-hidden": "true" }, whole ? parts : null);
}

/** The same in figures, with their sum. @param {Group[]} groups @param {number} whole */
export function sums(groups, whole) {
  const shown = groups.filter(([outcome, count]) => count > 0 || outcome === "reached");
  return h(
    "dl",
    { class: "sums" },
    shown.map(([outcome, count]) =>
      h(
        "div",
        {},
        h("dt", {}, h("span", { class: `dot ${outcome}` }), named(say.outcomes, outcome)),
        h("dd", {}, number(count)),
      ),
    ),
    h("div", { class: "sum" }, h("dt", {}, say.sum), h("dd", {}, number(whole))),
  );
}
