// SPDX-License-Identifier: EUPL-1.2
// What the announcement asks of its readers, and what is done about those who do not answer.

import { fill, h, icon } from "/shared/element.js";
import { ask } from "/console/desk.js";
import { order } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** docs/api/answers.md */
const MOST_MINUTES = 10_080;
const LONGEST_CHOICE = 60;
const FEWEST = 2;
const MOST = 6;
/** In the order in which they come. */
const TIMES = /** @type {const} */ (["remind", "otherwise", "deputy", "close"]);

/** @typedef {{answers: {kind: string, choices?: Record<string, string>[]}, answer_within_minutes?: number,
 *   remind_after_minutes?: number, otherwise?: {by: string, after_minutes: number}, deputy_after_minutes?: number}} Question */
/** @typedef {{kind: string, choices: Record<string, string>[], by: string, remind?: number, otherwise?: number,
 *   deputy?: number, close?: number}} Asked what stands in the fields */

/** @type {import("/console/compose/index.js").MakeSection} */
export function question(desk) {
  const { work } = desk;
  /** @type {Asked} */
  const asked = work.asked ?? askedBy(work.question);
  work.asked = asked;
  const none = h("p", { class: "hint" }, say.notForNews);
  const details = h("div", { class: "stack card" });
  const kinds = h(
    "div",
    { class: "row classes" },
    ["none", "read", "coming", "choices"].map((kind) => kindChoice(/** @type {"none"} */ (kind))),
  );

  /** @param {"none" | "read" | "coming" | "choices"} kind */
  function kindChoice(kind) {
    const choose = () => {
      asked.kind = kind;
      while (kind === "choices" && asked.choices.length < FEWEST) asked.choices.push({});
      drawDetails();
      desk.changed();
    };
    return h(
      "label",
      { class: "choice card" },
      h("input", { type: "radio", name: "question", checked: asked.kind === kind, onchange: choose }),
      h("span", {}, h("strong", {}, say.kinds[kind]), h("small", { class: "hint" }, say.kindTexts[kind])),
    );
  }

  function drawDetails() {
    details.hidden = asked.kind === "none";
    fill(
      details,
      asked.kind === "choices" && choiceFields(),
      h("p", { class: "hint" }, say.timesHint),
      h("div", { class: "row wide fields" }, TIMES.map(timeField)),
      h("p", { class: "hint" }, common.notAlarm),
    );
  }

  function choiceFields() {
    const redraw = () => {
      drawDetails();
      desk.changed();
    };
    const remove = (/** @type {number} */ at) => {
      asked.choices.splice(at, 1);
      redraw();
    };
    const add = () => {
      asked.choices.push({});
      redraw();
    };
    return h(
      "ol",
      { class: "stack tight" },
      asked.choices.map((choice, at) =>
        h(
          "li",
          { class: "row attached" },
          order.map((spoken) => choiceField(choice, spoken, at)),
          asked.choices.length > FEWEST &&
            h(
              "button",
              { type: "button", class: "quiet", "aria-label": common.remove, onclick: () => remove(at) },
              icon("close"),
            ),
        ),
      ),
      asked.choices.length < MOST && h("li", {}, h("button", { type: "button", onclick: add }, say.addChoice)),
    );
  }

  /** @param {Record<string, string>} choice @param {"de" | "en"} spoken @param {number} at */
  function choiceField(choice, spoken, at) {
    const input = h("input", {
      id: `choice-${at}-${spoken}`,
      lang: spoken,
      maxlength: LONGEST_CHOICE,
      oninput: () => {
        choice[spoken] = input.value;
        desk.changed();
      },
    });
    input.value = choice[spoken] ?? "";
    return h("label", { class: "grow" }, `${at + 1}. ${common.languages[spoken]}`, input);
  }

  /** @param {"remind" | "otherwise" | "deputy" | "close"} name */
  function timeField(name) {
    const input = h("input", {
      type: "number",
      id: `question-${name}`,
      min: "1",
      max: String(MOST_MINUTES),
      oninput: () => {
        asked[name] = input.value === "" ? undefined : input.valueAsNumber;
        desk.changed();
      },
    });
    input.value = String(asked[name] ?? "");
    const label = h("label", {}, say.times[name], input);
    return name === "otherwise" ? h("div", { class: "stack tight" }, label, wayField()) : label;
  }

  function wayField() {
    const select = h(
      "select",
      {
        "aria-label": say.way,
        onchange: () => {
          asked.by = select.value;
          desk.changed();
        },
      },
      Object.entries(say.ways).map(([value, name]) => h("option", { value, selected: value === asked.by }, name)),
    );
    return select;
  }

  const wanted = () => (work.class === "news" ? undefined : questionOf(asked));
  const changes = () =>
    JSON.stringify(wanted() ?? null) !== JSON.stringify(questionOf(askedBy(desk.known?.question)) ?? null);
  drawDetails();
  return {
    node: h("fieldset", { class: "stack tight", id: "question" }, h("legend", {}, say.legend), none, kinds, details),
    checks: () => (wanted() ? checksOf(asked, work.texts) : []),
    changes,
    // What is asked already goes before what it forbids: a class of news, a language that a choice lacks.
    first: () => Boolean(desk.known?.question) && changes(),
    keep: (saved) => ask(saved, wanted()),
    draw() {
      none.hidden = work.class !== "news";
      kinds.hidden = work.class === "news";
      details.hidden = work.class === "news" || asked.kind === "none";
    },
  };
}

/** @param {Question} [question] @returns {Asked} */
const askedBy = (question) => ({
  kind: question?.answers.kind ?? "none",
  choices: structuredClone(question?.answers.choices ?? []),
  by: question?.otherwise?.by ?? "mail",
  remind: question?.remind_after_minutes,
  otherwise: question?.otherwise?.after_minutes,
  deputy: question?.deputy_after_minutes,
  close: question?.answer_within_minutes,
});

/** @param {Asked} asked @returns {Question | undefined} */
function questionOf({ kind, choices, by, remind, otherwise, deputy, close }) {
  if (kind === "none") return undefined;
  return {
    answers: kind === "choices" ? { kind, choices: choices.map(written) } : { kind },
    ...(close === undefined ? {} : { answer_within_minutes: close }),
    ...(remind === undefined ? {} : { remind_after_minutes: remind }),
    ...(otherwise === undefined ? {} : { otherwise: { by, after_minutes: otherwise } }),
    ...(deputy === undefined ? {} : { deputy_after_minutes: deputy }),
  };
}

/** In the languages that have a text, always in the same order. @param {Record<string, string>} choice */
const written = (choice) =>
  Object.fromEntries(["de", "en"].map((spoken) => [spoken, (choice[spoken] ?? "").trim()]).filter(([, text]) => text));

/** @param {Asked} asked @param {Record<string, Record<string, string>>} texts */
function checksOf(asked, texts) {
  const times = TIMES.map((name) => asked[name]).filter((minutes) => minutes !== undefined);
  const inOrder = times.every((minutes, at) => at === 0 || minutes > times[at - 1]);
  const whole = times.every((minutes) => Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES);
  const begun = order.filter((spoken) => Object.values(texts[spoken]).some((text) => text.trim()));
  const lacking = asked.choices.findIndex((choice) => begun.some((spoken) => !choice[spoken]?.trim()));
  return [
    ...(times.length ? [{ what: say.checks.times, lacks: !(inOrder && whole), at: "question-remind" }] : []),
    ...(asked.kind === "choices"
      ? [
          {
            what: say.checks.choices,
            lacks: lacking !== -1,
            at: `choice-${Math.max(0, lacking)}-${begun[0] ?? order[0]}`,
          },
        ]
      : []),
  ];
}
