// SPDX-License-Identifier: EUPL-1.2
// The lock screens: a phone in each language, as it will look while the text is being written.

import { fill, h } from "/shared/element.js";
import { language } from "/shared/language.js";
import { cityZone } from "./clocks.js";
import { say } from "./words.js";

/** @typedef {{title: string, push_text: string, body: string}} Text */
/** @typedef {{class: string, texts: {de?: Text, en?: Text}}} Words */

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { weekday: "long", day: "numeric", month: "long" };
const NOW = { de: "jetzt", en: "now" };
const CLASSES = { de: { important: "Wichtig", alert: "Dringend" }, en: { important: "Important", alert: "Urgent" } };

/** The language that the editor reads comes first. */
export const order = /** @type {("de" | "en")[]} */ (language === "de" ? ["de", "en"] : ["en", "de"]);

/** Where the phones stand, and how to draw them anew. */
export function lockScreens() {
  const node = h("section", { class: "locks stack", "aria-label": say.lock });
  return {
    node,
    /** @param {Words} announcement */
    draw: (announcement) =>
      fill(
        node,
        h("h2", {}, say.lock),
        h(
          "div",
          { class: "phones" },
          order.map((each) => phone(each, announcement)),
        ),
      ),
  };
}

/** @param {"de" | "en"} spoken @param {Words} announcement */
function phone(spoken, announcement) {
  const other = spoken === "de" ? "en" : "de";
  const own = present(announcement.texts[spoken]);
  const shown = own ?? present(announcement.texts[other]);
  const now = new Date();
  const timeZone = cityZone();
  const locale = spoken === "de" ? "de-DE" : "en-GB";
  const mark = CLASSES[spoken][/** @type {"alert"} */ (announcement.class)];
  return h(
    "figure",
    { class: `phone ${spoken}` },
    h(
      "div",
      { class: "screen", lang: spoken },
      h("p", { class: "day" }, now.toLocaleDateString(locale, { ...DAY, timeZone })),
      h("p", { class: "hour" }, now.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", timeZone })),
      shown &&
        h(
          "div",
          { class: `notification ${announcement.class}`, lang: own ? spoken : other },
          h("p", { class: "from" }, "Stadtfunk", mark && h("b", {}, mark), h("span", {}, NOW[spoken])),
          h("p", { class: "head" }, shown.title),
          h("p", { class: "words" }, shown.push_text),
        ),
    ),
    h(
      "figcaption",
      { class: "small muted" },
      say.languages[spoken],
      shown && !own && h("span", {}, ` · ${say.otherLanguage}`),
    ),
  );
}

/** @param {Text} [text] */
const present = (text) => (text && (text.title || text.push_text) ? text : undefined);
