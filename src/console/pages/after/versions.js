// SPDX-License-Identifier: EUPL-1.2
// Every wording that readers have had, the last first: who wrote it and when, who approved it, what was corrected, and
// where.

import { get } from "/shared/api.js";
import { h } from "/shared/element.js";
import { language, number } from "/shared/language.js";
import { person, stepOf } from "/console/who.js";
import { wordings } from "./difference.js";
import { say } from "./words.js";

/** @type {import("/console/console.js").Page} */
export async function versionsPage(_visit, id) {
  const { items } = await get(`/editorial/announcements/${id}/versions`);
  const versions = items.map((/** @type {any} */ version, /** @type {number} */ index) =>
    versionOf(version, items[index - 1]),
  );
  return h(
    "div",
    { class: "stack narrow" },
    h("a", { class: "back", href: `#/announcements/${id}` }, say.toBoard),
    h("h1", {}, say.versions.heading),
    items.length === 1 && h("p", { class: "muted" }, say.versions.never),
    versions.reverse(),
  );
}

/** @param {any} version @param {any} [before] */
const versionOf = (version, before) =>
  h(
    "article",
    { class: "card stack" },
    h(
      "header",
      { class: "stack tight" },
      h("h2", {}, before ? say.versions.corrected(number(version.number)) : say.versions.first),
      h("p", { class: "muted" }, stepOf(version.written), version.silent && ` · ${say.versions.silent}`),
      version.approved_by && h("p", { class: "muted" }, `${say.versions.approvedBy} `, person(version.approved_by)),
      version.note && h("p", {}, h("strong", {}, version.note[language] ?? Object.values(version.note)[0])),
    ),
    wordings(version.texts, before?.texts),
  );
