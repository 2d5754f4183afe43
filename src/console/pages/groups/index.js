// SPDX-License-Identifier: EUPL-1.2
// The saved groups: audiences that editors keep under a name. A group is a rule, not a list of names.

import { all, get } from "/shared/api.js";
import { h, icon } from "/shared/element.js";
import { choicesOf, inWords } from "/console/audience/choices.js";
import { countOf } from "/console/audience/count.js";
import { sections } from "/console/people.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** @type {import("/console/console.js").Page} */
export async function groupsPage(visit) {
  const [groups, units, choices] = await Promise.all([
    all("/editorial/groups"),
    get("/org-units"),
    get("/editorial/audience-choices"),
  ]);
  const known = choicesOf(units.items, choices);
  const lines = groups.map((group) => ({ group, count: h("span", { class: "muted" }, "…") }));
  countAll(lines, visit.signal);
  return h(
    "div",
    { class: "stack narrow" },
    h(
      "div",
      { class: "row" },
      h("h1", { class: "grow" }, common.people),
      h("a", { class: "button primary", href: "#/people/groups/new" }, icon("plus"), say.new),
    ),
    sections("groups", visit),
    h("p", { class: "muted" }, say.rule),
    lines.length
      ? h(
          "ul",
          { class: "card lines" },
          lines.map(({ group, count }) => line(group, inWords(group.audience, known), count)),
        )
      : h("p", { class: "empty" }, say.none),
  );
}

/** @param {any} group @param {string} words @param {Element} count */
const line = (group, words, count) =>
  h(
    "li",
    {},
    h(
      "a",
      { class: "row", href: `#/people/groups/${group.id}` },
      h("span", { class: "grow" }, h("strong", {}, group.name), h("span", { class: "small muted block" }, words)),
      count,
    ),
  );

/** One after the other, so that many groups are no burden. @param {{group: any, count: Element}[]} lines @param {AbortSignal} signal */
async function countAll(lines, signal) {
  for (const { group, count } of lines) {
    if (signal.aborted) return;
    count.textContent = await countOf(group.audience);
  }
}
