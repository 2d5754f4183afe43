// SPDX-License-Identifier: EUPL-1.2
// A problem as a person reads it: what happened, in which field, and the number under which the log has the cause.

import { Problem } from "./api.js";
import { h } from "./element.js";
import { words } from "./language.js";

const say = words({
  de: { unknown: "Diese Seite hat einen Fehler.", trace: "Nummer für die Technik", again: "Noch einmal versuchen" },
  en: { unknown: "This page has an error.", trace: "Number for support", again: "Try again" },
});

/**
 * @param {unknown} error
 * @param {() => void} [again] what to do when the person wants to try again
 */
export function problem(error, again) {
  /** @type {Partial<import("./api.js").ProblemBody>} */
  const body = error instanceof Problem ? error.body : { title: say.unknown, detail: String(error) };
  return h(
    "div",
    { class: "problem stack tight", role: "alert" },
    h("strong", {}, body.title ?? say.unknown),
    body.detail && h("p", {}, body.detail),
    body.errors &&
      h(
        "ul",
        {},
        body.errors.map((/** @type {any} */ field) => h("li", {}, h("code", {}, field.pointer), " ", field.message)),
      ),
    body.trace_id && h("p", { class: "small muted" }, `${say.trace}: ${body.trace_id}`),
    again && h("div", {}, h("button", { onclick: again }, say.again)),
  );
}

/** The same in one line. @param {unknown} error */
export function inOneLine(error) {
  if (!(error instanceof Problem)) return say.unknown;
  return [error.body.title, error.body.detail].filter(Boolean).join(" ");
}
