// SPDX-License-Identifier: EUPL-1.2
// The board before T: for whom it is ready, and what will happen.

import { get } from "/shared/api.js";
import { h } from "/shared/element.js";
import { number } from "/shared/language.js";
import { ruleInWords } from "./press.js";
import { say } from "./words.js";

/** @param {any} item @param {number} left ms until T */
export async function beforeT(item, left) {
  if (left <= 0) return [h("p", { class: "headline" }, say.waitingForRelease)];
  const meant = await get(`/editorial/announcements/${item.id}/audience`);
  return [
    h("p", { class: "headline" }, say.ready(number(meant.with_phone), number(meant.people))),
    h(
      "section",
      { class: "card stack tight" },
      h("h2", {}, say.atT),
      h("p", {}, ruleInWords(item.press)),
      meant.without_phone > 0 && h("p", { class: "muted" }, say.withoutPhone(number(meant.without_phone))),
    ),
  ];
}
