// SPDX-License-Identifier: EUPL-1.2
// Answers as they come, and what is done about those who have not answered: figures, never names.

import { h } from "/shared/element.js";
import { language, number, precise, spoken, words } from "/shared/language.js";

/** @type {import("./index.js").Part} */
export function answers({ answers: tally }) {
  if (!tally) return null;
  const { figures, recipients, question, answer_until } = tally;
  return h(
    "section",
    { class: "card stack" },
    h("h2", {}, say.answers),
    figures
      ? [
          h("p", { class: "subline" }, say.answered(number(figures.answered), number(recipients))),
          h("dl", { class: "sums" }, figures.counts.map((/** @type {any} */ count) => sum(labelOf(count, question), count.people))),
          figures.steps.length > 0 && h("ul", { class: "stack" }, figures.steps.map(step)),
          figures.units.length > 0 && offices(figures.units),
        ]
      : h("p", { class: "muted" }, say.tooFew),
    answer_until && h("p", { class: "muted", title: precise(answer_until) }, tally.is_open ? say.until(spoken(answer_until)) : say.closed),
    h("p", { class: "small muted" }, say.noAlarm),
  );
}

/** @param {string} label @param {number} people */
const sum = (label, people) => h("div", {}, h("dt", {}, label), h("dd", {}, number(people)));

/** @param {any} count @param {any} question */
function labelOf({ answer, choice }, question) {
  const of = question.answers.choices?.[choice - 1];
  return of ? (of[language] ?? of.de ?? of.en) : say.names[/** @type {"read"} */ (answer)];
}

/** @param {any} each */
function step({ step, due_at, done_at, people, push, notices, without_deputy }) {
  const came = [
    done_at && say.people(number(people)),
    push && say.pushed(number(push.reached), number(push.reached + push.waiting + push.not_reached + push.without_device)),
    ...notices.map((/** @type {any} */ notice) => `${say.outcomes[/** @type {"waiting"} */ (notice.outcome ?? "waiting")]}: ${number(notice.people)}`),
    without_deputy > 0 && say.withoutDeputy(number(without_deputy)),
  ];
  return h(
    "li",
    {},
    h("strong", {}, say.steps[/** @type {"remind"} */ (step)]),
    " ",
    h("time", { datetime: done_at ?? due_at, title: precise(done_at ?? due_at) }, spoken(done_at ?? due_at)),
    h("p", { class: "muted" }, came.filter(Boolean).join(" · ")),
  );
}

/** @param {any[]} units */
const offices = (units) =>
  h(
    "details",
    {},
    h("summary", {}, say.offices),
    h("ul", {}, units.map(({ unit, recipients, answered }) => h("li", {}, `${unit.name}: ${say.answered(number(answered), number(recipients))}`))),
  );

const de = {
  answers: "Antworten",
  answered: (/** @type {string} */ some, /** @type {string} */ all) => `${some} von ${all} haben geantwortet`,
  tooFew: "Für Zahlen sind es zu wenige Personen: sie würden jemanden nennen.",
  until: (/** @type {string} */ time) => `Antworten möglich bis ${time}.`,
  closed: "Die Zeit zum Antworten ist vorbei.",
  noAlarm: "Stadtfunk ist kein anerkannter Alarmweg.",
  names: { read: "Gelesen", coming: "Kommen", coming_in: "Kommen später", not_coming: "Kommen nicht" },
  steps: { remind: "Erinnerung", otherwise: "Anders erreichen", deputy: "Vertretungen verständigen" },
  people: (/** @type {string} */ count) => `${count} ohne Antwort`,
  pushed: (/** @type {string} */ some, /** @type {string} */ all) => `Mitteilung bei ${some} von ${all} zugestellt`,
  withoutDeputy: (/** @type {string} */ count) => `${count} ohne Vertretung`,
  outcomes: {
    waiting: "wartet",
    delivered: "zugestellt",
    answered: "vorher geantwortet",
    refused: "abgelehnt",
    gave_up: "aufgegeben",
    withdrawn: "zurückgezogen",
    not_configured: "nicht eingerichtet",
    no_address: "ohne Adresse oder Nummer",
  },
  offices: "Nach Dienststellen",
};

/** @type {typeof de} */
const en = {
  answers: "Answers",
  answered: (some, all) => `${some} of ${all} have answered`,
  tooFew: "Too few people for figures: they would name somebody.",
  until: (time) => `Answers are taken until ${time}.`,
  closed: "The time to answer is over.",
  noAlarm: "Stadtfunk is no recognised alarm channel.",
  names: { read: "Read", coming: "Coming", coming_in: "Coming later", not_coming: "Not coming" },
  steps: { remind: "Reminder", otherwise: "Another way", deputy: "Telling deputies" },
  people: (count) => `${count} without an answer`,
  pushed: (some, all) => `notification delivered to ${some} of ${all}`,
  withoutDeputy: (count) => `${count} without a deputy`,
  outcomes: {
    waiting: "waiting",
    delivered: "delivered",
    answered: "answered before",
    refused: "refused",
    gave_up: "given up",
    withdrawn: "withdrawn",
    not_configured: "not configured",
    no_address: "no address or number",
  },
  offices: "By office",
};

const say = words({ de, en });
