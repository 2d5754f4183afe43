// SPDX-License-Identifier: EUPL-1.2
// Deputies: who is told when people of an office do not answer. An office without one of its own has that of the nearest
// office above it.

import { call, get } from "/shared/api.js";
import { fill, h, once, say as toast } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { sections } from "/console/people.js";
import { person } from "/console/who.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** How long to wait for the next letter before asking, in ms. */
const PAUSE = 150;
const MOST_FOUND = 8;

/** @typedef {{id: string, name: string, parent_id?: string, deputy_id?: string}} Unit */

/** @type {import("/console/console.js").Page} */
export async function deputiesPage(visit) {
  /** @type {Unit[]} */
  const units = (await get("/org-units")).items;
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  return h(
    "div",
    { class: "stack narrow" },
    h("h1", {}, common.people),
    sections("deputies", visit),
    h("p", { class: "muted" }, say.rule),
    h(
      "ul",
      { class: "card lines" },
      units.map((unit) => line(unit, byId, visit)),
    ),
  );
}

/** @param {Unit} unit @param {Map<string, Unit>} byId @param {import("/console/console.js").Visit} visit */
function line(unit, byId, visit) {
  const above = aboveWithDeputy(unit, byId);
  const standing = unit.deputy_id
    ? person(unit.deputy_id)
    : above
      ? [`${say.asAbove(above.name)}: `, person(/** @type {string} */ (above.deputy_id))]
      : say.nobody;
  return h(
    "li",
    { class: "entry" },
    h("strong", {}, unit.name),
    h("p", { class: "muted" }, standing),
    h(
      "details",
      {},
      h("summary", { "aria-label": `${say.change}: ${unit.name}` }, say.change),
      change(unit, visit),
    ),
  );
}

/** @param {Unit} unit @param {Map<string, Unit>} byId @returns {Unit | undefined} */
function aboveWithDeputy(unit, byId) {
  const above = unit.parent_id ? byId.get(unit.parent_id) : undefined;
  return !above || above.deputy_id ? above : aboveWithDeputy(above, byId);
}

/** A search for the new one, and the way to have none. @param {Unit} unit @param {import("/console/console.js").Visit} visit */
function change(unit, visit) {
  const address = `/org-units/${unit.id}/deputy`;
  const trouble = h("div", { "aria-live": "polite" });
  const found = h("ul", { class: "found" });
  const search = h("input", {
    type: "text",
    id: `deputy-${unit.id}`,
    placeholder: common.search,
    "aria-label": `${unit.name}: ${common.search}`,
    autocomplete: "off",
    oninput: later,
  });
  let timer = 0;
  let asked = 0;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  }

  async function find() {
    const mine = ++asked;
    const q = search.value.trim();
    fill(trouble);
    try {
      const items = q ? (await get(`/people?${new URLSearchParams({ q, limit: String(MOST_FOUND) })}`)).items : [];
      if (mine !== asked) return; // A later question has been asked.
      fill(found, q && !items.length ? h("li", { class: "empty" }, common.nobody) : items.map(offer));
    } catch (error) {
      if (mine === asked) fill(trouble, problem(error, find));
    }
  }

  const offer = (/** @type {any} */ each) =>
    h(
      "li",
      {},
      h(
        "button",
        { class: "quiet", onclick: () => go("PUT", { body: { person: each.id } }) },
        h("span", { class: "grow" }, h("strong", {}, `${each.given_name} ${each.family_name}`)),
        h("span", { class: "muted" }, each.unit.name),
      ),
    );

  /** @param {"PUT" | "DELETE"} method @param {{body?: any}} [more] */
  async function go(method, more) {
    fill(trouble);
    try {
      await once([search, ...form.querySelectorAll("button")], () => call(method, address, more));
      toast(common.saved);
      visit.again();
    } catch (error) {
      fill(trouble, problem(error));
    }
  }

  const form = h(
    "div",
    { class: "stack tight" },
    search,
    found,
    unit.deputy_id && h("div", {}, h("button", { onclick: () => go("DELETE") }, say.none)),
    trouble,
  );
  return form;
}
