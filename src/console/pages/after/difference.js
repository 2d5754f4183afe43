// SPDX-License-Identifier: EUPL-1.2
// What was taken out of a text and what was put in.

import { h } from "/shared/element.js";
import { order } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

const FIELDS = /** @type {const} */ (["title", "push_text", "body"]);

/** All languages that a wording has, beside the one before. @param {Record<string, any>} texts @param {Record<string, any>} [before] */
export const wordings = (texts, before) =>
  order
    .filter((spoken) => texts[spoken])
    .map((spoken) =>
      h(
        "dl",
        { class: "wording", lang: spoken },
        FIELDS.flatMap((field) => [
          h("dt", {}, `${say.fields[field]} (${common.languages[spoken]})`),
          h("dd", {}, before ? difference(before[spoken][field], texts[spoken][field]) : texts[spoken][field]),
        ]),
      ),
    );

/** From the first word that differs to the last. @param {string} old @param {string} now */
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
