// SPDX-License-Identifier: EUPL-1.2
// The words, in each language. A language in which nothing stands is left out.

import { h } from "/shared/element.js";
import { number } from "/shared/language.js";
import { order } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** In characters; docs/api/announcements.md. */
const MOST = { title: 80, push_text: 200, body: 20_000 };
const FIELDS = /** @type {const} */ (["title", "push_text", "body"]);

/** @typedef {"de" | "en"} Spoken */
/** @typedef {{title: string, push_text: string, body: string}} Text */

/** @type {import("./index.js").MakeSection} */
export function texts({ work, changed }) {
  const begun = () => order.filter((spoken) => FIELDS.some((field) => work.texts[spoken][field].trim()));
  return {
    node: [
      ...order.map((spoken) => textFields(spoken, work.texts[spoken], changed)),
      h("p", { class: "hint" }, say.placeholders),
    ],
    checks: () => (begun().length ? begun() : [order[0]]).flatMap((spoken) => textChecks(spoken, work.texts[spoken])),
    written: () => ({ texts: Object.fromEntries(begun().map((spoken) => [spoken, work.texts[spoken]])) }),
  };
}

/** What a text in this language still lacks. @param {Spoken} spoken @param {Text} text */
export const textChecks = (spoken, text) =>
  FIELDS.map((field) => ({
    what: `${say.checks[field]} (${common.languages[spoken]})`,
    lacks: !text[field].trim() || [...text[field].trim()].length > MOST[field],
    at: idOf(spoken, field),
  }));

/** @param {Spoken} spoken @param {keyof Text} field */
const idOf = (spoken, field) => `${field}-${spoken}`;

/** @param {Spoken} spoken @param {Text} text is changed in place @param {() => void} changed */
export function textFields(spoken, text, changed) {
  const field = (/** @type {keyof Text} */ name, /** @type {string} */ label, /** @type {number} */ rows) => {
    const count = h("small");
    const draw = () => {
      const length = [...text[name]].length;
      count.textContent = common.of(number(length), number(MOST[name]));
      count.className = length > MOST[name] ? "over" : "";
    };
    const input = h(rows === 1 ? "input" : "textarea", {
      rows: rows === 1 ? null : rows,
      id: idOf(spoken, name),
      lang: spoken,
      oninput: () => {
        text[name] = input.value;
        draw();
        changed();
      },
    });
    input.value = text[name];
    draw();
    return h("label", {}, h("span", { class: "row" }, h("span", { class: "grow" }, label), count), input);
  };
  return h(
    "fieldset",
    { class: "card stack" },
    h("legend", { class: "tag" }, common.languages[spoken]),
    field("title", say.title, 1),
    field("push_text", say.pushText, 2),
    field("body", say.body, 6),
  );
}
