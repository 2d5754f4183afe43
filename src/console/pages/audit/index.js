// SPDX-License-Identifier: EUPL-1.2
// The audit log as sentences: who did what, when. The filter stands in the address; with each entry its position and
// its hash, by which the chain can be checked.

import { get } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { number, precise } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { moment, person } from "/console/who.js";
import { named } from "/console/words.js";
import { say } from "./words.js";

/** What the server gives at once, and how many it is asked for again where the filter lets nothing through. */
const AT_ONCE = 100;
const MOST_PAGES = 20;

/** @typedef {{position: number, at: string, action: string, actor?: string, subject: string,
 *   details: Record<string, any>, hash: string}} Entry */

/** @type {import("/console/console.js").Page} */
export async function auditPage(visit) {
  const wanted = Object.fromEntries(["action", "actor", "subject"].map((key) => [key, visit.query.get(key) ?? ""]));
  const list = h("ol", { class: "card lines audit" });
  const end = h("div", { "aria-live": "polite" });
  /** @type {string | undefined} */
  let cursor;

  const fits = (/** @type {any} */ entry) =>
    Object.entries(wanted).every(([key, value]) => !value || entry[key] === value);

  /** Goes on until something is found, the log ends, or it has been asked often enough. */
  async function more() {
    fill(end, h("p", { class: "muted" }, say.searching));
    let found = 0;
    try {
      for (let pages = 0; !found && pages < MOST_PAGES && !visit.signal.aborted; pages++) {
        const page = await get(`/audit?limit=${AT_ONCE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
        const entries = page.items.filter(fits);
        list.append(...entries.map((/** @type {Entry} */ entry) => line(entry, visit)));
        found = entries.length;
        cursor = page.next_cursor;
        if (!cursor) break;
      }
      const go = () => more();
      list.hidden = !list.children.length;
      fill(
        end,
        cursor
          ? h("button", { onclick: go }, say.older)
          : h("p", { class: list.children.length ? "muted" : "empty" }, list.children.length ? say.end : say.nothing),
      );
    } catch (error) {
      fill(end, problem(error, more));
    }
  }

  await more();
  return h(
    "div",
    { class: "stack" },
    h("h1", {}, say.heading),
    h("p", { class: "muted" }, say.explained),
    filters(wanted, visit),
    list,
    end,
  );
}

/** @param {Record<string, string>} wanted @param {import("/console/console.js").Visit} visit */
function filters(wanted, visit) {
  const go = (/** @type {Record<string, string>} */ changed) => {
    const query = new URLSearchParams(Object.entries({ ...wanted, ...changed }).filter(([, value]) => value));
    visit.go(`/audit${query.size ? `?${query}` : ""}`);
  };
  const action = h(
    "select",
    { onchange: () => go({ action: action.value }) },
    h("option", { value: "" }, say.everyAction),
    Object.entries(say.actions).map(([value, name]) => h("option", { value, selected: value === wanted.action }, name)),
  );
  const chip = (/** @type {string} */ key, /** @type {any} */ shown) =>
    h("span", { class: "chip" }, shown, h("button", { class: "quiet", onclick: () => go({ [key]: "" }) }, say.drop));
  return h(
    "div",
    { class: "row" },
    h("label", {}, say.filter, action),
    wanted.actor && chip("actor", person(wanted.actor)),
    wanted.subject && chip("subject", say.onlySubject(short(wanted.subject))),
  );
}

/** @param {Entry} entry @param {import("/console/console.js").Visit} visit */
function line(entry, visit) {
  const { position, at, action, actor, subject, hash } = entry;
  const board = visit.may("editor") && action.startsWith("announcement_") && action !== "announcement_deleted";
  return h(
    "li",
    { class: "row entry" },
    h("span", { class: "position muted" }, number(position)),
    h(
      "div",
      { class: "grow" },
      h("p", {}, h("strong", {}, named(say.actions, action)), " ", detailsOf(entry)),
      h("p", { class: "muted" }, actor ? person(actor) : say.program, ", ", moment(at)),
      h(
        "details",
        { class: "small" },
        h("summary", {}, say.more),
        h(
          "dl",
          { class: "steps" },
          h("dt", {}, action === "deputy_changed" ? say.unit : say.subject),
          h(
            "dd",
            {},
            board ? h("a", { href: `#/announcements/${subject}` }, subject) : h("code", {}, subject),
            " · ",
            h("a", { href: `#/audit?subject=${subject}` }, say.whole),
          ),
          actor && [h("dt", {}, say.actor), h("dd", {}, h("a", { href: `#/audit?actor=${actor}` }, say.allOfActor))],
          h("dt", {}, say.hash),
          h("dd", {}, h("code", {}, hash)),
        ),
      ),
    ),
  );
}

/** The few facts that an entry has, in words. @param {Entry} entry */
function detailsOf({ details }) {
  const said = Object.entries(details).map(([name, fact]) => {
    const tell = say.details[/** @type {"class"} */ (name)];
    if (name === "deputy") return [person(fact)];
    if (name.endsWith("_at")) return [tell ? tell("") : name, " ", exactly(fact)];
    return tell
      ? tell(
          Array.isArray(fact) ? fact.map((each) => named(say.facts, each)).join(", ") : named(say.facts, String(fact)),
        )
      : `${name}: ${JSON.stringify(fact)}`;
  });
  return h(
    "span",
    {},
    said.flatMap((each, index) => [index ? ", " : "", each].flat()),
  );
}

/** @param {string} at */
const exactly = (at) => h("time", { datetime: at }, precise(at));

/** Enough to tell one from the other. @param {string} id */
const short = (id) => id.slice(-8);
