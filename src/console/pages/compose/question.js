// SPDX-License-Identifier: EUPL-1.2
// What it asks of its readers, and what is done about those who do not answer. Not for news.

import { h } from "/shared/element.js";
import { words } from "/shared/language.js";
import { ask } from "/console/desk.js";

/** docs/api/answers.md */
const MOST = { minutes: 10_080, choices: 6, characters: 60 };

/** @typedef {{answers: {kind: string, choices?: {de?: string, en?: string}[]}, answer_within_minutes?: number,
 *   remind_after_minutes?: number, otherwise?: {by: string, after_minutes: number}, deputy_after_minutes?: number}} Question */

/** @type {import("./index.js").MakeSection} */
export function question(desk) {
  const { work } = desk;
  /** @type {Question | undefined} */
  const known = work.question;
  let kind = known?.answers.kind ?? "none";
  let by = known?.otherwise?.by ?? "";
  const lines = {
    de: linesOf(known, "de"),
    en: linesOf(known, "en"),
  };
  /** @type {Record<string, number | undefined>} */
  const times = {
    answer_within_minutes: known?.answer_within_minutes,
    remind_after_minutes: known?.remind_after_minutes,
    otherwise: known?.otherwise?.after_minutes,
    deputy_after_minutes: known?.deputy_after_minutes,
  };

  function told() {
    work.question = asked();
    draw();
    desk.changed();
  }

  const choice = (/** @type {"none" | "read" | "coming" | "choices"} */ value) =>
    h(
      "label",
      { class: "choice card" },
      h("input", {
        type: "radio",
        name: "question",
        checked: kind === value,
        onchange: () => {
          kind = value;
          told();
        },
      }),
      h("span", {}, h("strong", {}, say.kinds[value]), h("small", { class: "hint" }, say.kindTexts[value])),
    );

  const choicesIn = (/** @type {"de" | "en"} */ language) => {
    const area = h("textarea", {
      rows: "3",
      lang: language,
      oninput: () => {
        lines[language] = area.value;
        told();
      },
    });
    area.value = lines[language];
    return h("label", {}, say.choices[language], area, h("small", {}, say.choicesHint));
  };

  const minutes = (/** @type {string} */ name, /** @type {string} */ label) =>
    h(
      "label",
      {},
      label,
      h("input", {
        type: "number",
        class: "inline",
        inputmode: "numeric",
        min: "1",
        max: String(MOST.minutes),
        value: times[name] === undefined ? null : String(times[name]),
        oninput: (/** @type {any} */ event) => {
          times[name] = event.target.value === "" ? undefined : event.target.valueAsNumber;
          told();
        },
      }),
    );
  const way = h(
    "select",
    {
      onchange: () => {
        by = way.value;
        told();
      },
    },
    Object.entries(say.ways).map(([value, name]) => h("option", { value }, name)),
  );
  way.value = by;

  const texts = h("div", { class: "row wide fields" }, choicesIn("de"), choicesIn("en"));
  const steps = h(
    "div",
    { class: "row wide fields" },
    minutes("remind_after_minutes", say.remind),
    h("label", {}, say.otherwise, way),
    minutes("otherwise", say.otherwiseAfter),
    minutes("deputy_after_minutes", say.deputy),
    minutes("answer_within_minutes", say.within),
  );
  const details = h("div", { class: "stack" }, texts, steps, h("p", { class: "hint" }, say.hint));

  const node = h(
    "fieldset",
    { class: "stack tight", id: "question" },
    h("legend", {}, say.legend),
    h("div", { class: "row classes" }, choice("none"), choice("read"), choice("coming"), choice("choices")),
    details,
  );

  function draw() {
    // What is asked already stays to be seen, so that it can be taken away.
    node.hidden = work.class === "news" && kind === "none";
    details.hidden = kind === "none";
    texts.hidden = kind !== "choices";
  }

  /** @returns {Question | undefined} */
  function asked() {
    if (kind === "none") return undefined;
    const { otherwise, ...others } = times;
    return {
      answers: kind === "choices" ? { kind, choices: choices() } : { kind },
      ...others,
      otherwise: by && otherwise !== undefined ? { by, after_minutes: otherwise } : undefined,
    };
  }

  function choices() {
    const [german, english] = [split(lines.de), split(lines.en)];
    return Array.from({ length: Math.max(german.length, english.length) }, (_, at) => ({
      ...(german[at] && { de: german[at] }),
      ...(english[at] && { en: english[at] }),
    }));
  }

  /** The languages in which there is a text. */
  const used = () => /** @type {("de" | "en")[]} */ (["de", "en"]).filter((language) => work.texts[language].title.trim());
  const lacksChoices = () => {
    const counts = used().map((language) => split(lines[language]).length);
    const fits = counts.every((count) => count >= 2 && count <= MOST.choices && count === counts[0]);
    const short = [...split(lines.de), ...split(lines.en)].every((label) => [...label].length <= MOST.characters);
    return !fits || !short;
  };
  const lacksTimes = () => {
    const order = [times.remind_after_minutes, by ? times.otherwise : undefined, times.deputy_after_minutes, times.answer_within_minutes];
    const given = order.filter((count) => count !== undefined);
    const whole = given.every((count) => Number.isInteger(count) && count >= 1 && count <= MOST.minutes);
    const rising = given.every((count, at) => at === 0 || count > /** @type {number} */ (given[at - 1]));
    return !whole || !rising || (by !== "" && times.otherwise === undefined);
  };

  draw();
  return {
    node,
    checks: () => {
      if (kind === "none") return [];
      const checks = [
        { what: say.checks.times, lacks: lacksTimes(), at: "question" },
        { what: say.checks.class, lacks: work.class === "news", at: "question" },
      ];
      return kind === "choices" ? [...checks, { what: say.checks.choices, lacks: lacksChoices(), at: "question" }] : checks;
    },
    changes: () => JSON.stringify(asked()) !== JSON.stringify(ordered(desk.known?.question)),
    keep: (saved) => ask(saved, asked()),
    draw,
  };
}

/** @param {string} text */
const split = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** @param {Question | undefined} known @param {"de" | "en"} language */
const linesOf = (known, language) => (known?.answers.choices ?? []).map((choice) => choice[language] ?? "").join("\n");

/** As this form writes it. @param {Question | undefined} known */
const ordered = (known) =>
  known && {
    answers: known.answers,
    answer_within_minutes: known.answer_within_minutes,
    remind_after_minutes: known.remind_after_minutes,
    deputy_after_minutes: known.deputy_after_minutes,
    otherwise: known.otherwise,
  };

const de = {
  legend: "Antwort verlangen?",
  kinds: { none: "Keine", read: "Gelesen", coming: "Wer kommt?", choices: "Eigene Auswahl" },
  kindTexts: {
    none: "Niemand muss etwas tun.",
    read: "Pflichtlektüre: ein Tipp bestätigt sie.",
    coming: "Ich komme, komme später, komme nicht.",
    choices: "Zwei bis sechs Antworten.",
  },
  choices: { de: "Antworten auf Deutsch", en: "Antworten auf Englisch" },
  choicesHint: "Eine je Zeile, in beiden Sprachen in derselben Reihenfolge.",
  remind: "Erinnern nach (Minuten)",
  otherwise: "Dann anders erreichen",
  otherwiseAfter: "nach (Minuten)",
  deputy: "Vertretung verständigen nach (Minuten)",
  within: "Antworten möglich für (Minuten)",
  ways: { "": "nicht", mail: "mit E-Mail", sms: "mit SMS" },
  hint: "Alle Zeiten zählen ab der Freigabe. Stadtfunk ist kein anerkannter Alarmweg.",
  checks: {
    choices: "Zwei bis sechs Antworten in jeder Sprache",
    times: "Zeiten in dieser Reihenfolge",
    class: "Antworten nur bei Wichtigem und Dringendem",
  },
};

/** @type {typeof de} */
const en = {
  legend: "Ask for an answer?",
  kinds: { none: "No", read: "Read", coming: "Who is coming?", choices: "Own choices" },
  kindTexts: {
    none: "Nobody needs to do anything.",
    read: "Mandatory reading: a tap confirms it.",
    coming: "Coming, coming later, not coming.",
    choices: "Two to six answers.",
  },
  choices: { de: "Answers in German", en: "Answers in English" },
  choicesHint: "One a line, in both languages in the same order.",
  remind: "Remind after (minutes)",
  otherwise: "Then reach them",
  otherwiseAfter: "after (minutes)",
  deputy: "Tell the deputy after (minutes)",
  within: "Answers are taken for (minutes)",
  ways: { "": "no other way", mail: "by e-mail", sms: "by text message" },
  hint: "All times count from the release. Stadtfunk is no recognised alarm channel.",
  checks: {
    choices: "Two to six answers in each language",
    times: "Times in this order",
    class: "Answers for important and urgent ones alone",
  },
};

const say = words({ de, en });
