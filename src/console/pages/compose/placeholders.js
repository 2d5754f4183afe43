// SPDX-License-Identifier: EUPL-1.2
// Placeholders as they will be filled at the release, for the lock screens. The server fills them by the city's clocks;
// here it is the editor's.

const LOCALES = { de: "de-DE", en: "en-GB" };
/** @type {Record<"de" | "en", Intl.DateTimeFormatOptions>} */
const DATES = {
  de: { day: "2-digit", month: "2-digit", year: "numeric" },
  en: { day: "numeric", month: "long", year: "numeric" },
};

/** @param {import("./index.js").Work} work the texts of all languages, each with what takes its placeholders' places */
export const filledTexts = ({ texts, shownTime, expires_at }) => ({
  de: filledText(texts.de, "de", shownTime, expires_at),
  en: filledText(texts.en, "en", shownTime, expires_at),
});

/** @param {Record<string, string>} text @param {"de" | "en"} spoken @param {string} [release] @param {string} [expiry] */
function filledText(text, spoken, release, expiry) {
  /** @type {Record<string, string | undefined>} */
  const values = {
    "{release_date}": dateOf(release, spoken),
    "{release_time}": timeOf(release, spoken),
    "{expiry_date}": dateOf(expiry, spoken),
    "{expiry_time}": timeOf(expiry, spoken),
    "{{": "{",
    "}}": "}",
  };
  const fill = (/** @type {string} */ words) => words.replace(/\{\{|\}\}|\{\w+\}/g, (each) => values[each] ?? each);
  return { title: fill(text.title), push_text: fill(text.push_text), body: fill(text.body) };
}

/** @param {string | undefined | null} at @param {"de" | "en"} spoken */
const dateOf = (at, spoken) => (at ? new Date(at).toLocaleDateString(LOCALES[spoken], DATES[spoken]) : undefined);

/** @param {string | undefined | null} at @param {"de" | "en"} spoken */
const timeOf = (at, spoken) =>
  at ? new Date(at).toLocaleTimeString(LOCALES[spoken], { hour: "2-digit", minute: "2-digit" }) : undefined;
