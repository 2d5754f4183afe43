// SPDX-License-Identifier: EUPL-1.2
// Placeholders as they will be filled at the release, for the lock screens; the server fills them in the same way.

import { cityZone } from "/console/clocks.js";
import { order } from "/console/lockscreen.js";

const LOCALES = { de: "de-DE", en: "en-GB" };
/** @type {Record<"de" | "en", Intl.DateTimeFormatOptions>} */
const DATES = {
  de: { day: "2-digit", month: "2-digit", year: "numeric" },
  en: { day: "numeric", month: "long", year: "numeric" },
};
/** What the server does not take for mere words: a doubled brace, and what looks like a placeholder. */
const SPECIAL = /\{\{|\}\}|\{[^{}\n]{1,40}\}/gu;

/** @typedef {Record<string, string>} Text */

/** The texts of all languages that there are, each with what takes its placeholders' places.
 * @param {{de?: any, en?: any}} texts @param {Date} [release] @param {Date} [expiry] */
export const filledTexts = (texts, release, expiry) =>
  Object.fromEntries(
    order.filter((spoken) => texts[spoken]).map((spoken) => [spoken, filled(texts[spoken], spoken, release, expiry)]),
  );

/** Texts that are to stay as they are when placeholders are filled. @param {Record<string, Text>} texts */
export const literalTexts = (texts) =>
  Object.fromEntries(
    Object.entries(texts).map(([spoken, text]) => [
      spoken,
      Object.fromEntries(Object.entries(text).map(([field, words]) => [field, literal(words)])),
    ]),
  );

/** @param {string} text */
const literal = (text) => (text.search(SPECIAL) === -1 ? text : text.replace(/[{}]/g, "$&$&"));

/** @param {Text} text @param {"de" | "en"} spoken @param {Date} [release] @param {Date} [expiry] */
function filled(text, spoken, release, expiry) {
  /** @type {Record<string, string | undefined>} */
  const values = {
    "{release_date}": dateOf(release, spoken),
    "{release_time}": timeOf(release, spoken),
    "{expiry_date}": dateOf(expiry, spoken),
    "{expiry_time}": timeOf(expiry, spoken),
    "{{": "{",
    "}}": "}",
  };
  const fill = (/** @type {string} */ words) => words.replace(SPECIAL, (each) => values[each] ?? each);
  return { title: fill(text.title), push_text: fill(text.push_text), body: fill(text.body) };
}

/** @param {Date | undefined} at @param {"de" | "en"} spoken */
const dateOf = (at, spoken) => at?.toLocaleDateString(LOCALES[spoken], { ...DATES[spoken], timeZone: cityZone() });

/** @param {Date | undefined} at @param {"de" | "en"} spoken */
const timeOf = (at, spoken) =>
  at?.toLocaleTimeString(LOCALES[spoken], { hour: "2-digit", minute: "2-digit", timeZone: cityZone() });
