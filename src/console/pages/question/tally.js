// SPDX-License-Identifier: EUPL-1.2
// How the answers stand, in figures: never who said what.

import { h } from "/shared/element.js";
import { language, number } from "/shared/language.js";
import { bar, sums } from "/console/board/figures.js";
import { moment } from "/console/who.js";
import { named } from "/console/words.js";
import { say } from "./words.js";

/** @param {any} answers as the API has them @param {any} [more] beside the heading */
export function tallyOf({ question, recipients, is_open, answer_until, figures }, more) {
  return h(
    "section",
    { class: "card stack wide-part" },
    h(
      "div",
      { class: "row" },
      h("h2", {}, say.tally),
      h("span", { class: `tag ${is_open ? "scheduled" : "released"}` }, is_open ? say.open : say.closed),
      answer_until && h("span", { class: "muted" }, say.until, " ", moment(answer_until)),
      h("span", { class: "grow" }),
      more,
    ),
    figures ? [...figuresOf(figures, question)] : h("p", {}, say.tooFew(number(recipients))),
  );
}

/** @param {any} figures @param {any} question */
function figuresOf(figures, question) {
  /** @type {import("/console/board/figures.js").Group[]} */
  const groups = [
    ...figures.counts.map((/** @type {any} */ each) => [answerInWords(each, question), each.people]),
    [say.notAnswered, figures.not_answered],
  ];
  const whole = figures.answered + figures.not_answered;
  return [
    h("p", { class: "headline" }, say.answeredOf(number(figures.answered), number(whole))),
    bar(
      groups.map(([name, count]) => [name === say.notAnswered ? "waiting" : "accepted", count]),
      whole,
    ),
    sums(groups, whole),
    figures.steps.length > 0 && steps(figures.steps),
  ];
}

/** @param {{answer: string, choice?: number, minutes?: number}} given @param {any} [question] */
export function answerInWords({ answer, choice, minutes }, question) {
  if (answer === "choice" && choice) {
    const words = question?.answers.choices?.[choice - 1];
    return words?.[language] ?? Object.values(words ?? {})[0] ?? say.choice(number(choice));
  }
  if (answer === "coming_in" && minutes) return say.comingIn(number(minutes));
  return named(say.answers, answer);
}

/** Office by office; nothing where there are no figures. @param {any} answers */
export const unitsOf = ({ figures }) =>
  figures?.units.length > 0 &&
  h(
    "section",
    { class: "card stack" },
    h("h2", {}, say.byUnit),
    h(
      "dl",
      { class: "steps" },
      figures.units.flatMap((/** @type {any} */ { unit, recipients, answered }) => [
        h("dt", {}, unit.name),
        h("dd", {}, say.of(number(answered), number(recipients))),
      ]),
    ),
  );

/** @param {any[]} list */
const steps = (list) =>
  h(
    "dl",
    { class: "steps" },
    list.flatMap((step) => [
      h("dt", {}, named(say.steps, step.step)),
      h(
        "dd",
        {},
        moment(step.done_at ?? step.due_at),
        step.people !== undefined && `, ${say.peopleThen(number(step.people))}`,
        step.without_deputy > 0 && `, ${say.withoutDeputy(number(step.without_deputy))}`,
        step.push && `, ${say.byPush(number(step.push.reached))}`,
        step.notices.map(
          (/** @type {any} */ notice) =>
            `, ${named(say.ways, notice.by)}: ${number(notice.people)} ${named(say.notices, notice.outcome ?? "waiting")}`,
        ),
      ),
    ]),
  );
