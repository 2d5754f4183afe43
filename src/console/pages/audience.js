// SPDX-License-Identifier: EUPL-1.2
// Everybody, or certain org units with all below them: chips, and a search in the tree.

import { fill, h, icon } from "/shared/element.js";
import { number } from "/shared/language.js";
import { say } from "./words.js";

/** @typedef {{id: string, name: string, parent_id?: string, people: number}} Unit */
/** @typedef {{kind: "everybody"} | {kind: "units", units: string[]}} Audience */

const MOST_FOUND = 8;

/**
 * @param {Unit[]} units parents first
 * @param {Audience} audience
 * @param {(audience: Audience) => void} changed
 */
export function audienceField(units, audience, changed) {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  let chosen = audience.kind === "units" ? audience.units : [];
  let everybody = audience.kind === "everybody";
  const chips = h("div", { class: "row" });
  const found = h("ul", { class: "found" });
  const count = h("p", { class: "count", role: "status" });
  const search = h("input", {
    type: "text",
    placeholder: say.findUnit,
    "aria-label": say.findUnit,
    autocomplete: "off",
    oninput: drawFound,
    onkeydown: pickFirst,
  });
  const chooser = h("div", { class: "stack tight" }, chips, search, found, h("p", { class: "hint" }, say.unitHint));

  function draw() {
    chooser.hidden = everybody;
    fill(
      chips,
      chosen.map((id) =>
        h(
          "span",
          { class: "chip" },
          byId.get(id)?.name ?? id,
          h(
            "button",
            {
              type: "button",
              class: "quiet",
              "aria-label": say.removeUnit(byId.get(id)?.name ?? id),
              onclick: () => set(chosen.filter((each) => each !== id)),
            },
            icon("close"),
          ),
        ),
      ),
    );
    count.textContent = say.peopleCount(number(peopleIn(units, everybody ? null : chosen)));
  }

  function drawFound() {
    const wanted = fold(search.value).split(/\s+/).filter(Boolean);
    const matches = !wanted.length
      ? []
      : units.filter((unit) => !chosen.includes(unit.id) && wanted.every((word) => fold(unit.name).includes(word)));
    fill(
      found,
      matches
        .slice(0, MOST_FOUND)
        .map((unit) =>
          h(
            "li",
            {},
            h(
              "button",
              { type: "button", class: "quiet", onclick: () => add(unit.id) },
              h("span", { class: "grow" }, unit.name, h("small", { class: "muted" }, ` ${pathTo(unit, byId)}`)),
              h("span", { class: "muted" }, number(unit.people)),
            ),
          ),
        ),
    );
  }

  /** @param {KeyboardEvent} event */
  function pickFirst(event) {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter chooses an office, and does not send the form.
    found.querySelector("button")?.click();
  }

  /** @param {string} id */
  function add(id) {
    search.value = "";
    set([...chosen, id]);
    drawFound();
    search.focus();
  }

  /** @param {string[]} ids */
  function set(ids) {
    chosen = ids;
    draw();
    tell();
  }

  const tell = () => changed(everybody ? { kind: "everybody" } : { kind: "units", units: chosen });
  const choice = (/** @type {boolean} */ value, /** @type {string} */ name) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "radio",
        name: "audience",
        checked: everybody === value,
        onchange: () => {
          everybody = value;
          draw();
          tell();
        },
      }),
      name,
    );

  draw();
  return {
    node: h(
      "fieldset",
      { class: "stack tight" },
      h("legend", {}, say.audience),
      h("div", { class: "row wide" }, choice(true, say.everybody), choice(false, say.someUnits)),
      chooser,
      count,
    ),
    /** What the server counts, once it knows the audience. @param {{people: number, with_phone: number, without_phone: number}} exact */
    counted(exact) {
      count.textContent = say.audienceCount(
        number(exact.people),
        number(exact.with_phone),
        number(exact.without_phone),
      );
    },
  };
}

/** How many work in these units, counting nobody twice where one unit stands below another.
 * @param {Unit[]} units @param {string[] | null} chosen nothing: everybody */
export function peopleIn(units, chosen) {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const tops =
    chosen === null
      ? units.filter((unit) => !unit.parent_id || !byId.has(unit.parent_id))
      : chosen
          .map((id) => byId.get(id))
          .filter((unit) => unit !== undefined && !above(unit, byId).some((each) => chosen.includes(each.id)));
  return tops.reduce((sum, unit) => sum + (unit?.people ?? 0), 0);
}

/** @param {Unit} unit @param {Map<string, Unit>} byId @returns {Unit[]} the nearest first */
function above(unit, byId) {
  const parent = unit.parent_id ? byId.get(unit.parent_id) : undefined;
  return parent ? [parent, ...above(parent, byId)] : [];
}

/** @param {Unit} unit @param {Map<string, Unit>} byId */
const pathTo = (unit, byId) =>
  above(unit, byId)
    .map((each) => each.name)
    .reverse()
    .join(" › ");

/** Without case and accents. @param {string} text */
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
