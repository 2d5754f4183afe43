// SPDX-License-Identifier: EUPL-1.2
// T: when it is released, as the city's clocks show it, with the time that is left. An hour that they leave out or show
// twice is asked back, not guessed.

import { Problem, serverNow } from "/shared/api.js";
import { h } from "/shared/element.js";
import { language } from "/shared/language.js";
import { cityZone, instantOf, offsetAt, shownAt } from "/console/clocks.js";
import { schedule } from "/console/desk.js";
import { clockOf, everySecond } from "/console/time.js";
import { moment } from "/console/who.js";
import { say } from "./words.js";

/** A year has four digits. */
const LATEST = "9999-12-31T23:59:59";

/** @type {import("./index.js").MakeSection} */
export function time(desk) {
  const { work, changed, visit } = desk;
  const left = h("output", { class: "left" });
  const input = h("input", {
    type: "datetime-local",
    step: "1",
    max: LATEST,
    id: "when",
    oninput: () => {
      draw();
      changed();
    },
  });
  input.value = work.shownTime ?? (work.release_at ? shownAt(new Date(work.release_at)) : "");
  const offset = h("small");
  function draw() {
    const t = input.value ? instantOf(input.value) : undefined;
    work.shownTime = input.value;
    left.textContent = t ? clockOf(t.toISOString()) : "";
    offset.textContent = say.whenHint(`${cityZone()} (${offsetAt(t ?? new Date())})`);
  }
  everySecond(draw, visit.signal);
  return {
    node: [
      ...(work.state === "held"
        ? [h("p", { class: "card", role: "status" }, say.held, " ", moment(work.missed_release_at))]
        : []),
      h("label", { class: "time" }, say.when, h("span", { class: "row" }, input, left), offset),
    ],
    checks: () => [
      {
        what: say.checks.time,
        lacks: !input.value || instantOf(input.value).getTime() <= serverNow(),
        needed: "schedule",
        at: "when",
      },
    ],
  };
}

/**
 * Sets T to what the clocks show. Null if the editor was asked which instant is meant, and thought better of it.
 * @param {any} announcement @param {string} shown local time
 */
export async function scheduleAt(announcement, shown) {
  try {
    return await schedule(announcement, { release_at_local: { at: toTheSecond(shown), zone: cityZone() } });
  } catch (error) {
    const asked =
      error instanceof Problem && (error.is("local-time-missing") || error.is("local-time-twice"))
        ? instantsIn(error)
        : [];
    if (asked.length !== 2) throw error;
    const release_at = await askBack(/** @type {Problem} */ (error), asked);
    return release_at ? schedule(announcement, { release_at }) : null;
  }
}

/** The two instants that could be meant: the problem names them, with their offsets. @param {Problem} error */
const instantsIn = ({ body }) => [
  ...new Set((body.detail ?? "").match(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g) ?? []),
];

/** @param {Problem} error @param {string[]} instants @returns {Promise<string>} nothing: neither */
function askBack(error, instants) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      {
        "aria-label": say.whichTime,
        onclose: () => {
          resolve(dialog.returnValue);
          dialog.remove();
        },
      },
      h("h2", {}, say.whichTime),
      h("p", {}, error.body.title),
      h(
        "div",
        { class: "stack answers" },
        instants.map((instant) => h("button", { onclick: () => dialog.close(instant) }, named(instant))),
        h("button", { class: "quiet", onclick: () => dialog.close("") }, say.otherTime),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** "Sonntag, 31. Oktober 2027, 02:30 Sommerzeit (UTC+02:00)" @param {string} instant with its offset */
function named(instant) {
  const locale = language === "de" ? "de-DE" : "en-GB";
  const date = new Date(instant);
  const timeZone = cityZone();
  const day = date.toLocaleDateString(locale, { dateStyle: "full", timeZone });
  const clock = date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", timeZoneName: "long", timeZone });
  return h("span", {}, h("strong", {}, clock), h("br"), `${day} (${offsetAt(date)})`);
}

/** The field leaves out the seconds where they are none. @param {string} shown */
const toTheSecond = (shown) => (shown.length === 16 ? `${shown}:00` : shown);
