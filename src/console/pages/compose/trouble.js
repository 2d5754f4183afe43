// SPDX-License-Identifier: EUPL-1.2
// What the server refused while an announcement is written.

import { Problem } from "/shared/api.js";
import { h } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

/** @param {unknown} error @param {import("/console/console.js").Visit} visit */
export function troubleOf(error, visit) {
  const conflict = error instanceof Problem && error.is("revision-conflict");
  if (!conflict) return problem(error);
  return h(
    "div",
    { class: "problem stack", role: "alert" },
    h("p", {}, say.conflict),
    h("div", {}, h("button", { type: "button", onclick: visit.again }, say.reload)),
  );
}
