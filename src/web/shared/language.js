// SPDX-License-Identifier: EUPL-1.2
// German or English: chosen once per page, because words stand everywhere in it.

const KEPT = "stadtfunk.language";
const OFFLINE_WORD = {
  de: "Keine Verbindung. Es ist nichts verloren; versuchen Sie es gleich noch einmal.",
  en: "No connection. Nothing is lost; please try again in a moment.",
};

/** @typedef {"de" | "en"} Language */

/** @type {Language} */
export const language =
  /** @type {any} */ (localStorage.getItem(KEPT)) ?? (navigator.language.toLowerCase().startsWith("en") ? "en" : "de");
document.documentElement.lang = language;

/** Shows the page anew in this language. @param {Language} chosen */
export function choose(chosen) {
  if (chosen === language) return;
  localStorage.setItem(KEPT, chosen);
  location.reload();
}

/**
 * The words of the chosen language. Both tables have the same keys: the type of one is the type of the other.
 * @template T @param {{de: T, en: T}} tables @returns {T}
 */
export const words = (tables) => tables[language];

export const offlineWord = OFFLINE_WORD[language];

const locale = language === "en" ? "en-GB" : "de-DE";
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const decimal = new Intl.NumberFormat(locale);

/** How times are written by the clocks of a zone; none: by this device's. @param {string} [timeZone] */
const writtenBy = (timeZone) => ({
  clock: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone }),
  day: new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", timeZone }),
  date: new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone }), // 2026-11-28
  exact: new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long", timeZone }),
});
let { clock, day, date, exact } = writtenBy();

/** From now on times are told by the clocks of this zone. @param {string} zone of the IANA database */
export function tellTimesBy(zone) {
  ({ clock, day, date, exact } = writtenBy(zone));
}

/** 1213 as people write it: "1.213". @param {number} value */
export const number = (value) => decimal.format(value);

/** As a person says it: "vor 8 Minuten", "heute 14:00", "21. November, 14:00". @param {string} iso @param {number} [now] */
export function spoken(iso, now = Date.now()) {
  const then = new Date(iso);
  const minutes = Math.round((then.getTime() - now) / 60_000);
  if (Math.abs(minutes) < 60) return relative.format(minutes, "minute");
  const days = dayNumber(then) - dayNumber(new Date(now));
  if (Math.abs(days) <= 1) return `${relative.format(days, "day")} ${clock.format(then)}`;
  return `${day.format(then)}, ${clock.format(then)}`;
}

/** One more for each day of the calendar. @param {Date} at */
const dayNumber = (at) => Date.parse(date.format(at)) / 86_400_000;

/** To the second and with the zone. @param {string} iso */
export const precise = (iso) => exact.format(new Date(iso));

/** Milliseconds as somebody reads them across a room: "114 ms", "2,1 s", "5 min 12 s". @param {number} ms */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms >= 120_000) return inUnits(Math.round(ms / 1000));
  const digits = ms < 10_000 ? 1 : 0;
  return `${(ms / 1000).toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })} s`;
}

/** "184 kB", "2,5 MB". @param {number} bytes */
export function fileSize(bytes) {
  const large = bytes >= 1_000_000;
  const amount = large ? bytes / 1_000_000 : Math.ceil(bytes / 1000);
  const unit = large ? "megabyte" : "kilobyte";
  return amount.toLocaleString(locale, { style: "unit", unit, maximumFractionDigits: large ? 1 : 0 });
}

/** The two largest units that it takes. @param {number} seconds */
function inUnits(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  return parts
    .slice(parts.findIndex(([count]) => count))
    .slice(0, 2)
    .filter(([count]) => count)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
