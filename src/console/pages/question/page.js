// SPDX-License-Identifier: EUPL-1.2
// The answers to one announcement: the figures, and for whoever leads an operation the names. Each look at names is in
// the audit log.

import { Problem, get } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { moment, person } from "/console/who.js";
import { named } from "/console/words.js";
import { answerInWords, tallyOf, unitsOf } from "./tally.js";
import { say } from "./words.js";

/** @type {import("/console/console.js").Page} */
export async function answersPage(visit, id) {
  const answers = await get(`/editorial/announcements/${id}/answers`);
  const list = h("ul", { class: "card lines" });
  const end = h("div", { "aria-live": "polite" });

  /** @param {string} [cursor] */
  async function names(cursor) {
    fill(end);
    try {
      const page = await get(
        `/announcements/${id}/answers?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
      );
      list.append(...page.items.map((/** @type {any} */ each) => line(each, answers.question)));
      list.hidden = !list.children.length;
      fill(end, page.next_cursor && h("button", { onclick: () => names(page.next_cursor) }, say.more));
    } catch (error) {
      // Names are for whoever leads an operation alone, and for thirty days.
      if (!(error instanceof Problem) || error.body.status !== 404) {
        return fill(
          end,
          problem(error, () => names(cursor)),
        );
      }
      fill(end, h("p", { class: "muted" }, say.noNames));
    }
  }

  list.hidden = true;
  fill(
    end,
    visit.may("duty_officer") &&
      h(
        "div",
        { class: "stack tight" },
        h("p", {}, say.lookIsRecorded),
        h("div", {}, h("button", { onclick: () => names() }, say.showNames)),
      ),
  );
  return h(
    "div",
    { class: "stack board" },
    visit.may("editor") && h("a", { class: "back", href: `#/announcements/${id}` }, say.toBoard),
    h("h1", {}, say.tally),
    tallyOf(answers),
    list,
    end,
    unitsOf(answers),
  );
}

/** @param {any} each @param {any} question */
const line = (each, question) =>
  h(
    "li",
    { class: "row entry" },
    h("span", { class: "grow" }, person(each.id), h("span", { class: "small muted block" }, each.unit.name)),
    h(
      "span",
      {},
      each.answer ? h("strong", {}, answerInWords(each.answer, question)) : say.notAnswered,
      each.answer && [" ", moment(each.answer.at)],
      each.reached_by.length > 0 &&
        h(
          "span",
          { class: "small muted block" },
          each.reached_by.map((/** @type {string} */ way) => named(say.reachedBy, way)).join(", "),
        ),
    ),
  );
