// SPDX-License-Identifier: EUPL-1.2
// When this person's phone is to be left in peace: weekly windows, and a pause.

import { Problem, call, get, serverNow } from "/shared/api.js";
import { fill, h, once, say as toast } from "/shared/element.js";
import { spoken } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

const DAYS = /** @type {const} */ (["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);
/** For how many hours somebody pauses. */
const HOURS = [1, 8, 24, 7 * 24, 14 * 24];
const NIGHT = { days: [...DAYS], from: "20:00", until: "06:00" };

/** @typedef {{days: string[], from: string, until: string}} Window */
/** @typedef {{zone: string, windows: Window[], paused_until?: string, quiet_until?: string, revision: number,
 *   is_default: boolean, overridden: {announcement: string, at: string}[]}} Quiet */

/** The section. */
export async function quietHours() {
  /** @type {Quiet} */
  let quiet = await get("/me/quiet-hours");
  const now = h("div", { class: "stack tight", "aria-live": "polite" });
  const rows = h("div", { class: "stack" });
  const trouble = h("div", { "aria-live": "assertive" });

  /** @param {{windows?: Window[], paused_until?: string | null}} wanted */
  async function put(wanted) {
    const { zone, windows, paused_until } = { ...quiet, ...wanted };
    const body = { zone, windows, ...(paused_until && { paused_until }) };
    try {
      const change = () => call("PUT", "/me/quiet-hours", { body, revision: quiet.revision });
      quiet = await once(section.querySelectorAll("button"), change);
      fill(trouble);
      toast(say.quietSaved);
    } catch (error) {
      fill(trouble, problem(error));
      // Changed on another device: what stands there now is shown.
      if (!(error instanceof Problem && error.is("revision-conflict"))) return;
      quiet = await get("/me/quiet-hours");
      return draw();
    }
    // A pause leaves alone what is being changed in the rows.
    if (wanted.windows) draw();
    else drawPause();
  }

  function draw() {
    drawPause();
    fill(rows, quiet.is_default && quiet.windows.length > 0 && h("p", { class: "muted" }, say.citysHours));
    rows.append(...quiet.windows.map(row));
  }

  function drawPause() {
    const ends = quiet.quiet_until && spoken(quiet.quiet_until);
    if (quiet.paused_until)
      return fill(
        now,
        h("p", {}, h("strong", {}, say.quietUntil(ends))),
        h(
          "div",
          {},
          h("button", { onclick: () => put({ paused_until: null }) }, say.endPause),
        ),
      );
    const hours = h(
      "select",
      { class: "grow", "aria-label": say.pauseFor },
      HOURS.map((each) => h("option", { value: each, selected: each === 8 }, say.forHours(each))),
    );
    const pause = () =>
      put({ paused_until: new Date(serverNow() + Number(hours.value) * 3_600_000).toISOString() });
    fill(
      now,
      ends && h("p", {}, h("strong", {}, say.quietUntil(ends))),
      h(
        "div",
        { class: "row" },
        hours,
        h("button", { onclick: pause }, say.pause),
      ),
    );
  }

  /** One window: its days, and from when until when. @param {Window} shows */
  function row(shows) {
    const day = (/** @type {(typeof DAYS)[number]} */ each) =>
      h(
        "label",
        { class: "day", title: say.days[each] },
        h("input", {
          type: "checkbox",
          class: "unseen",
          value: each,
          checked: shows.days.includes(each),
          "aria-label": say.days[each],
        }),
        h("span", { "aria-hidden": "true" }, say.days[each].slice(0, 2)),
      );
    const time = (/** @type {"from" | "until"} */ end) =>
      h("label", { class: "grow" }, say[end], h("input", { type: "time", name: end, value: shows[end], required: true }));
    return h(
      "fieldset",
      { class: "stack tight window" },
      h("legend", { class: "unseen" }, say.quietWindow),
      h("div", { class: "row days" }, DAYS.map(day)),
      h(
        "div",
        { class: "row ends" },
        time("from"),
        time("until"),
        h(
          "button",
          {
            class: "quiet danger",
            onclick: (/** @type {any} */ event) => event.target.closest("fieldset").remove(),
          },
          say.removeWindow,
        ),
      ),
    );
  }

  /** What stands in the rows. @returns {Window[]} */
  const shown = () =>
    [...rows.querySelectorAll(".window")].map((each) => ({
      days: [...each.querySelectorAll("input[type=checkbox]")]
        .filter((/** @type {any} */ box) => box.checked)
        .map((/** @type {any} */ box) => box.value),
      from: /** @type {any} */ (each.querySelector("[name=from]")).value,
      until: /** @type {any} */ (each.querySelector("[name=until]")).value,
    }));

  /** A time that is not given is asked for by the browser. */
  const complete = () =>
    [...rows.querySelectorAll("input[type=time]")].every((/** @type {any} */ input) => input.reportValidity());

  draw();
  const section = h(
    "section",
    { class: "card stack" },
    h("div", {}, h("h2", {}, say.quietHours), h("p", { class: "small muted" }, say.quietText)),
    now,
    quiet.overridden.length > 0 && disturbances(quiet),
    rows,
    h(
      "div",
      { class: "row" },
      h("button", { onclick: () => rows.append(row(NIGHT)) }, say.addWindow),
      h("button", { class: "primary", onclick: () => complete() && put({ windows: shown() }) }, say.saveWindows),
    ),
    trouble,
  );
  return section;
}

/** What came through all the same. @param {Quiet} quiet */
const disturbances = ({ overridden }) =>
  h(
    "details",
    {},
    h("summary", {}, say.overridden(overridden.length)),
    h(
      "ul",
      { class: "stack tight" },
      overridden.map((each) => h("li", {}, h("a", { href: `/announcements/${each.announcement}` }, spoken(each.at)))),
    ),
  );
