// SPDX-License-Identifier: EUPL-1.2
// What the server refused while an announcement is written: in its words, with a way to each field that it names.

import { Problem } from "/shared/api.js";
import { h } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { say as common } from "/console/words.js";
import { say as question } from "/console/question/words.js";
import { jumpTo } from "./checklist.js";
import { say } from "./words.js";

/** @param {unknown} error @param {() => void} reload shows what is stored, and forgets what is not */
export function troubleOf(error, reload) {
  if (!(error instanceof Problem)) return problem(error);
  if (error.is("revision-conflict")) {
    return h(
      "div",
      { class: "problem stack", role: "alert" },
      h("p", {}, say.conflict),
      h("div", {}, h("button", { type: "button", onclick: reload }, say.reload)),
    );
  }
  const shown = problem(error);
  for (const code of shown.querySelectorAll("li code")) {
    const field = fieldOf(code.textContent);
    if (!field) continue;
    const jump = () => jumpTo(field.at);
    code.replaceWith(h("button", { type: "button", class: "link", onclick: jump }, field.name));
  }
  return shown;
}

/** The field that a pointer of the API means. @param {string} pointer @returns {{at: string, name: string} | undefined} */
function fieldOf(pointer) {
  const [, part, language, field] = pointer.split("/");
  if (part === "texts" && language in common.languages && field in say.checks) {
    const name = say.checks[/** @type {"title"} */ (field)];
    return { at: `${field}-${language}`, name: `${name} (${common.languages[/** @type {"de"} */ (language)]})` };
  }
  if (part === "note") return { at: `note-${language}`, name: common.languages[/** @type {"de"} */ (language)] };
  if (part === "audience") return { at: "audience", name: say.checks.audience };
  if (part === "expires_at") return { at: "end", name: say.ends.until };
  if (part === "answers" || part?.endsWith("_minutes") || part === "otherwise")
    return { at: "question", name: question.legend };
  if (part === "share_percent" || part === "at_latest_seconds")
    return { at: "press", name: say.press.legend };
  if (part === "photos" || part === "files") return { at: "attachments", name: say.attached.legend };
  if (part?.startsWith("release_at")) return { at: "when", name: say.when };
  return undefined;
}
