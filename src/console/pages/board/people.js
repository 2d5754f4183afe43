// SPDX-License-Identifier: EUPL-1.2
// What became of everybody, and what can be done for whom the announcement has not reached.

import { h } from "/shared/element.js";
import { duration, number } from "/shared/language.js";
import { bar, sums } from "./figures.js";
import { say } from "./words.js";

/** In one line what there is to say: how many, how fast, and by how much they were ahead of the press.
 * @type {import("./index.js").Part} */
export function headline({ people, complete, hand_over, press }) {
  return h(
    "div",
    { class: "stack tight wide-part" },
    h(
      "p",
      { class: "headline" },
      say.reachedOf(number(people.reached), number(people.recipients)),
      " ",
      h("span", { class: `tag ${complete ? "released" : "scheduled"}` }, complete ? say.complete : say.incomplete),
    ),
    h(
      "p",
      { class: "subline" },
      [hand_over && say.lastPhone(duration(hand_over.last_ms)), press && skewInWords(press)].filter(Boolean).join(" "),
    ),
  );
}

/** @param {any} press */
function skewInWords({ skew_ms, opened_ms }) {
  if (skew_ms !== undefined && skew_ms >= 0) return say.staffAhead(duration(skew_ms));
  if (skew_ms !== undefined) return say.pressAhead(duration(-skew_ms));
  return opened_ms === undefined ? say.pressWaits : "";
}

/** @type {import("./index.js").Part} */
export function people({ people, complete }) {
  const groups = groupsOf(people);
  return h(
    "section",
    { class: "card stack people" },
    h("h2", {}, say.persons),
    bar(groups, people.recipients),
    sums(groups, people.recipients),
    people.displayed !== undefined && h("p", {}, say.displayed(number(people.displayed), number(people.recipients))),
    complete && nextSteps(groups),
  );
}

/** Together they are all recipients. @param {any} people @returns {import("./figures.js").Group[]} */
const groupsOf = (people) => [
  ["reached", people.reached],
  ["waiting", people.waiting - people.held_back],
  ["held_back", people.held_back],
  ...people.not_reached.map((/** @type {any} */ each) => [each.outcome, each.count]),
  ["without_device", people.without_device],
  ["unaccounted", people.unaccounted],
];

/** For each group that was not reached, what to do about it. @param {import("./figures.js").Group[]} groups */
function nextSteps(groups) {
  const steps = groups
    .map(([outcome, count]) => ({ step: say.nextSteps[/** @type {"expired"} */ (outcome)], count }))
    .filter(({ step, count }) => step && count > 0);
  if (!steps.length) return null;
  return h(
    "div",
    { class: "stack tight" },
    h("h3", {}, say.notReached),
    h(
      "ul",
      { class: "steps-next" },
      steps.map(({ step, count }) => h("li", {}, h("strong", {}, say.peopleCount(number(count))), " ", step)),
    ),
  );
}
