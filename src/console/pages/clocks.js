// SPDX-License-Identifier: EUPL-1.2
// The city's clocks: all times that the console tells or takes are theirs, wherever its reader sits.

import { tellTimesBy } from "/shared/language.js";

let zone = "UTC";

/** @param {string} city a zone of the IANA database */
export function goBy(city) {
  zone = city;
  tellTimesBy(city);
}

export const cityZone = () => zone;

/** What they show, as a field for local times has it: 2026-11-28T14:00:00. @param {Date} at */
export const shownAt = (at) => new Date(at.getTime() + ahead(at)).toISOString().slice(0, 19);

/** When they show this. Of what they leave out or show twice one possible instant: the server asks which is meant.
 * @param {string} shown as a field for local times has it */
export function instantOf(shown) {
  const read = Date.parse(`${shown}Z`);
  const near = read - ahead(new Date(read));
  return new Date(read - ahead(new Date(near)));
}

/** UTC+01:00 @param {Date} at */
export function offsetAt(at) {
  const minutes = ahead(at) / 60_000;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `UTC${minutes < 0 ? "−" : "+"}${hours}:${rest}`;
}

/** How far they are ahead of UTC, in ms. A year without four digits, as there is while another is being typed, is as in
 * UTC. @param {Date} at */
function ahead(at) {
  const shown = at.toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T");
  return Date.parse(`${shown}Z`) - Math.floor(at.getTime() / 1000) * 1000 || 0;
}
