// SPDX-License-Identifier: EUPL-1.2
// What an announcement asks: its answers as large buttons, and after the tap a line. And who has answered, for those
// who may know.

import { all, call, get } from "/shared/api.js";
import { fill, h, icon, say as toast } from "/shared/element.js";
import { precise, spoken, words } from "/shared/language.js";
import { inOneLine } from "/shared/problem.js";
import { when } from "./card.js";
import { say as common } from "./words.js";

/** In how many minutes somebody may say to come. */
const MINUTES = [5, 10, 15, 30, 60, 120];

/** @typedef {{answer: string, minutes?: number, choice?: number}} Answer */
/** @typedef {{answers: {kind: string, choices?: string[]}, answer_until?: string, is_open: boolean,
 *   own_answer?: Answer & {at: string}}} Question */

/** Whether it stays on top. @param {any} item an announcement */
export const wantsAnswer = (item) => Boolean(item.question?.is_open && !item.question.own_answer);

/**
 * The buttons, or what was said. @param {any} item an announcement that asks
 * @param {() => void} [answered] called once it is said
 */
export function answerBox(item, answered = () => {}) {
  const box = h("div", { class: "answer stack tight", lang: document.documentElement.lang });
  let again = false;
  let inMinutes = false;

  /** @param {Answer} answer */
  async function give(answer) {
    for (const button of box.querySelectorAll("button")) button.disabled = true;
    try {
      item.question = await call("PUT", `/announcements/${item.id}/answer`, { body: answer });
      again = false;
      answered();
    } catch (error) {
      toast(inOneLine(error));
    }
    inMinutes = false;
    draw();
    box.querySelector("button")?.focus();
  }

  const button = (/** @type {string} */ label, /** @type {Answer} */ answer) =>
    h("button", { class: "large", onclick: () => give(answer) }, label);

  function draw() {
    const { answers, is_open, own_answer, answer_until } = /** @type {Question} */ (item.question);
    if (own_answer && !again) {
      const change = () => {
        again = true;
        draw();
      };
      return fill(
        box,
        h(
          "p",
          { class: "row", role: "status" },
          icon("check"),
          h("span", { class: "grow" }, say.own, " ", h("strong", {}, spokenAnswer(own_answer, answers.choices)), " ", when(own_answer.at)),
          is_open && answers.kind !== "read" && h("button", { class: "quiet", onclick: change }, say.change),
        ),
      );
    }
    if (!is_open) return fill(box, h("p", { class: "muted" }, say.closed));
    fill(
      box,
      h("p", {}, h("strong", {}, say.please), answer_until && h("span", { class: "muted", title: precise(answer_until) }, ` ${say.until(spoken(answer_until))}`)),
      h("div", { class: "answers" }, inMinutes ? minutes() : offered(answers)),
      h("p", { class: "small muted" }, common.about),
    );
  }

  /** @param {Question["answers"]} answers */
  function offered({ kind, choices = [] }) {
    if (kind === "read") return [button(say.read, { answer: "read" })];
    if (kind === "choices") return choices.map((label, at) => button(label, { answer: "choice", choice: at + 1 }));
    const later = () => {
      inMinutes = true;
      draw();
      box.querySelector("button")?.focus();
    };
    return [
      button(say.coming, { answer: "coming" }),
      h("button", { class: "large", onclick: later }, say.comingLater),
      button(say.notComing, { answer: "not_coming" }),
    ];
  }

  function minutes() {
    const back = () => {
      inMinutes = false;
      draw();
    };
    return [
      ...MINUTES.map((count) => button(say.minutes(count), { answer: "coming_in", minutes: count })),
      h("button", { class: "quiet", onclick: back }, common.cancel),
    ];
  }

  draw();
  return box;
}

/** @param {Answer} answer @param {string[]} [choices] */
function spokenAnswer({ answer, minutes, choice }, choices = []) {
  if (answer === "choice") return choices[(choice ?? 1) - 1] ?? `${say.choice} ${choice}`;
  if (answer === "coming_in") return say.minutes(minutes ?? 0);
  return { read: say.read, coming: say.coming, not_coming: say.notComing }[answer] ?? answer;
}

/** Who has answered what, by name: each look is recorded. @type {import("./app.js").Page} */
export async function namesPage(visit, id) {
  const article = await get(`/announcements/${id}`).catch(() => null);
  const people = await all(`/announcements/${id}/answers`);
  const line = (/** @type {any} */ person) =>
    h(
      "li",
      { class: "row" },
      h(
        "div",
        { class: "grow" },
        h("a", { class: "name", href: `/people/${person.id}` }, `${person.given_name} ${person.family_name}`),
        h("p", { class: "small muted" }, [person.unit.name, ...person.reached_by.map((/** @type {"push"} */ way) => say.ways[way])].join(" · ")),
      ),
      person.answer && h("strong", {}, spokenAnswer(person.answer, article?.question?.answers.choices)),
    );
  const part = (/** @type {string} */ title, /** @type {any[]} */ some) =>
    some.length > 0 && h("section", { class: "card stack" }, h("h2", {}, `${title} (${some.length})`), h("ul", { class: "stack" }, some.map(line)));
  return h(
    "div",
    { class: "stack" },
    article && h("a", { class: "button quiet back", href: `/announcements/${id}` }, icon("back"), article.title),
    h("h1", {}, say.names),
    h("p", { class: "small muted" }, say.recorded),
    part(say.silent, people.filter((person) => !person.answer)),
    part(say.answered, people.filter((person) => person.answer)),
    !people.length && h("p", { class: "empty" }, say.nobodySilent),
    h("p", { class: "small muted" }, common.about),
  );
}

/** To the names, for who leads an operation. @param {any} item @param {import("./app.js").Visit} visit */
export const namesLink = (item, visit) =>
  visit.me.roles?.includes("duty_officer") &&
  h("a", { class: "button", href: `/announcements/${item.id}/answers` }, icon("people"), say.names);

const de = {
  please: "Bitte antworten Sie.",
  until: (/** @type {string} */ time) => `Möglich bis ${time}.`,
  read: "Gelesen",
  coming: "Ich komme",
  comingLater: "Ich komme später",
  notComing: "Ich komme nicht",
  minutes: (/** @type {number} */ count) => `In ${count} Minuten`,
  own: "Ihre Antwort:",
  change: "Ändern",
  closed: "Die Zeit zum Antworten ist vorbei.",
  choice: "Antwort",
  names: "Wer hat geantwortet?",
  recorded: "Dass Sie das ansehen, wird protokolliert.",
  silent: "Noch ohne Antwort",
  answered: "Geantwortet",
  nobodySilent: "Aus Ihrem Bereich haben alle geantwortet.",
  ways: { push: "Mitteilung zugestellt", mail: "E-Mail zugestellt", sms: "SMS in Auftrag gegeben" },
};

/** @type {typeof de} */
const en = {
  please: "Please answer.",
  until: (time) => `Possible until ${time}.`,
  read: "I have read it",
  coming: "I am coming",
  comingLater: "I am coming later",
  notComing: "I am not coming",
  minutes: (count) => `In ${count} minutes`,
  own: "Your answer:",
  change: "Change",
  closed: "The time to answer is over.",
  choice: "Answer",
  names: "Who has answered?",
  recorded: "That you look at this is recorded.",
  silent: "Not answered yet",
  answered: "Answered",
  nobodySilent: "Everybody in your office has answered.",
  ways: { push: "Notification delivered", mail: "E-mail delivered", sms: "Text message requested" },
};

const say = words({ de, en });
