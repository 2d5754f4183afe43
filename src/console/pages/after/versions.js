// SPDX-License-Identifier: EUPL-1.2
// Every wording that readers have had, the last first: who wrote it and when, what was corrected, and where.

import { get } from "/shared/api.js";
import { h } from "/shared/element.js";
import { language, number } from "/shared/language.js";
import { order } from "/console/lockscreen.js";
import { stepOf } from "/console/who.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

const FIELDS = /** @type {const} */ (["title", "push_text", "body"]);

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
      version.note && h("p", {}, h("strong", {}, version.note[language] ?? Object.values(version.note)[0])),
    ),
    order
      .filter((spoken) => version.texts[spoken])
      .map((spoken) => textOf(spoken, version.texts[spoken], before?.texts[spoken])),
  );

/** @param {"de" | "en"} spoken @param {Record<string, string>} text @param {Record<string, string>} [before] */
const textOf = (spoken, text, before) =>
  h(
    "dl",
    { class: "wording", lang: spoken },
    FIELDS.flatMap((field) => [
      h("dt", {}, `${say.versions.fields[field]} (${common.languages[spoken]})`),
      h("dd", {}, before ? difference(before[field], text[field]) : text[field]),
    ]),
  );

/** What was taken out and what was put in, from the first word that differs to the last. @param {string} old @param {string} now */
function difference(old, now) {
  if (old === now) return now;
  const [was, is] = [old.split(/(?<=\s)/), now.split(/(?<=\s)/)];
  const most = Math.min(was.length, is.length);
  let start = 0;
  while (start < most && was[start] === is[start]) start++;
  let end = 0;
  while (end < most - start && was.at(-1 - end) === is.at(-1 - end)) end++;
  const part = (/** @type {string[]} */ words) => words.slice(start, words.length - end).join("");
  return [
    was.slice(0, start).join(""),
    part(was) && h("del", {}, part(was)),
    part(is) && h("ins", {}, part(is)),
    end ? is.slice(-end).join("") : "",
  ];
}
