// SPDX-License-Identifier: EUPL-1.2
// Who is meant: everybody, or chips of org units, places of work, job titles, groups and who is on duty, with chips of
// exceptions; a search that finds them, and a count that follows.

import { call } from "/shared/api.js";
import { fill, h, icon, say as toast } from "/shared/element.js";
import { number } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

/** @typedef {{id: string, name: string, parent_id?: string, people: number}} Unit */
/** @typedef {{kind: string, units?: string[], locations?: string[], job_titles?: string[], groups?: string[]}} Part */
/** @typedef {Part & {of?: Part[], except?: Part[]}} Audience */
/** @typedef {{name: string, people: number}} Word */
/** @typedef {{locations: Word[], job_titles: Word[], groups: {id: string, name: string}[]}} Choices */
/** @typedef {{kind: string, value: string, name: string, beside: string, people?: number}} Choice what one chip means */

const MOST_FOUND = 8;
/** How long an editor pauses before it is counted anew, in milliseconds. */
const PAUSE = 300;
/** The kinds that name things, with the field that lists them. */
const LISTS = /** @type {const} */ ({
  units: "units",
  locations: "locations",
  job_titles: "job_titles",
  groups: "groups",
});

/** Nobody can be told yet. @param {Audience} audience */
export const namesNobody = (audience) =>
  audience.kind === "any_of"
    ? !audience.of?.length
    : audience.kind in LISTS && !audience[/** @type {"units"} */ (audience.kind)]?.length;

/**
 * @param {Unit[]} units parents first
 * @param {Audience} audience
 * @param {(audience: Audience) => void} changed
 * @param {Choices} [choices] left out: everybody or units alone, as a channel is for
 */
export function audienceField(units, audience, changed, choices) {
  const all = choicesOf(units, choices);
  const chosen = { of: chipsOf(audience.of ?? [audience], all), except: chipsOf(audience.except ?? [], all) };
  let everybody = chosen.of.some((each) => each.kind === "everybody");
  chosen.of = chosen.of.filter((each) => each.kind !== "everybody");
  const count = h("p", { class: "count", role: "status" });
  const counter = choices ? counting(count) : undefined;

  const of = chooser(
    chosen.of,
    all,
    choices ? say.findAudience : say.findUnit,
    choices ? say.audienceHint : say.unitHint,
    told,
  );
  const except = chooser(chosen.except, all, say.findException, say.exceptHint, told);
  const exceptions = h("details", { open: chosen.except.length > 0 }, h("summary", {}, say.except), except);

  function told() {
    draw();
    changed(value());
  }

  function draw() {
    of.hidden = everybody;
    if (counter) counter(value());
    else count.textContent = say.peopleCount(number(peopleIn(units, everybody ? null : idsOf(chosen.of))));
  }

  /** @returns {Audience} */
  function value() {
    const parts = everybody ? [{ kind: "everybody" }] : partsOf(chosen.of);
    const excepted = partsOf(chosen.except);
    if (parts.length === 1 && !excepted.length) return parts[0];
    if (!parts.length && !excepted.length) return { kind: "units", units: [] };
    return { kind: "any_of", of: parts, except: excepted };
  }

  const choice = (/** @type {boolean} */ means, /** @type {string} */ name) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "radio",
        name: "audience",
        checked: everybody === means,
        onchange: () => {
          everybody = means;
          told();
        },
      }),
      name,
    );

  draw();
  return {
    node: h(
      "fieldset",
      { class: "stack tight", id: "audience" },
      h("legend", {}, say.audience),
      h("div", { class: "row wide" }, choice(true, say.everybody), choice(false, choices ? say.some : say.someUnits)),
      of,
      choices && exceptions,
      count,
      choices && groupKeeper(value, (group) => all.push(choiceOfGroup(group))),
    ),
  };
}

/**
 * Chips, and a search that adds to them. @param {Choice[]} chosen is changed in place @param {Choice[]} all
 * @param {string} placeholder @param {string} hint @param {() => void} changed
 */
function chooser(chosen, all, placeholder, hint, changed) {
  const chips = h("div", { class: "row" });
  const found = h("ul", { class: "found" });
  const search = h("input", {
    type: "text",
    placeholder,
    "aria-label": placeholder,
    autocomplete: "off",
    oninput: drawFound,
    onkeydown: pickFirst,
  });

  function drawChips() {
    fill(
      chips,
      chosen.map((each) =>
        h(
          "span",
          { class: "chip" },
          each.name,
          each.kind !== "units" && h("small", { class: "muted" }, ` ${kindOf(each)}`),
          h(
            "button",
            { type: "button", class: "quiet", "aria-label": say.removeChip(each.name), onclick: () => remove(each) },
            icon("close"),
          ),
        ),
      ),
    );
  }

  function drawFound() {
    const wanted = fold(search.value).split(/\s+/).filter(Boolean);
    const fits = (/** @type {Choice} */ each) =>
      !chosen.some((known) => same(known, each)) &&
      wanted.every((word) => fold(`${each.name} ${kindOf(each)}`).includes(word));
    fill(
      found,
      (wanted.length ? all.filter(fits) : [])
        .slice(0, MOST_FOUND)
        .map((each) =>
          h(
            "li",
            {},
            h(
              "button",
              { type: "button", class: "quiet", onclick: () => add(each) },
              h("span", { class: "grow" }, each.name, h("small", { class: "muted" }, ` ${each.beside}`)),
              each.people !== undefined && h("span", { class: "muted" }, number(each.people)),
            ),
          ),
        ),
    );
  }

  /** @param {KeyboardEvent} event */
  function pickFirst(event) {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter chooses the first, and does not send the form.
    found.querySelector("button")?.click();
  }

  /** @param {Choice} each */
  function add(each) {
    search.value = "";
    chosen.push(each);
    drawChips();
    drawFound();
    search.focus();
    changed();
  }

  /** @param {Choice} each */
  function remove(each) {
    chosen.splice(chosen.indexOf(each), 1);
    drawChips();
    changed();
  }

  drawChips();
  return h("div", { class: "stack tight" }, chips, search, found, h("p", { class: "hint" }, hint));
}

/** Keeps what is chosen as a group. @param {() => Audience} value @param {(group: {id: string, name: string}) => void} kept */
function groupKeeper(value, kept) {
  const name = h("input", { type: "text", maxlength: 80, "aria-label": say.groupName, placeholder: say.groupName });
  const trouble = h("div", { "aria-live": "polite" });
  async function keep() {
    fill(trouble);
    try {
      kept(await call("POST", "/editorial/groups", { body: { name: name.value, audience: value() } }));
      name.value = "";
      toast(say.groupKept);
    } catch (error) {
      fill(trouble, problem(error));
    }
  }
  const button = h("button", { type: "button", onclick: keep }, say.keepGroup);
  return h("details", {}, h("summary", {}, say.keepAsGroup), h("div", { class: "row" }, name, button), trouble);
}

/** Asks the server how many, once the editor pauses; an answer that has been overtaken is dropped.
 * @param {HTMLElement} node */
function counting(node) {
  let last = 0;
  /** @type {number | undefined} */
  let timer;
  return (/** @type {Audience} */ audience) => {
    const mine = ++last;
    clearTimeout(timer);
    node.textContent = namesNobody(audience) ? say.peopleCount(number(0)) : "…";
    if (namesNobody(audience)) return;
    timer = setTimeout(async () => {
      const text = await call("POST", "/editorial/audience-counts", { body: { audience } }).then(
        (exact) => say.audienceCount(number(exact.people), number(exact.with_phone), number(exact.without_phone)),
        () => say.notCounted,
      );
      if (mine === last) node.textContent = text;
    }, PAUSE);
  };
}

/** Everything that can be a chip. @param {Unit[]} units @param {Choices} [choices] @returns {Choice[]} */
function choicesOf(units, choices) {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const words = (/** @type {string} */ kind, /** @type {string} */ beside, /** @type {Word[]} */ list) =>
    list.map(({ name, people }) => ({ kind, value: name, name, beside, people }));
  return [
    ...(choices ? [{ kind: "on_duty", value: "", name: say.onDuty, beside: say.onDutyText }] : []),
    ...(choices?.groups ?? []).map(choiceOfGroup),
    ...units.map((unit) => ({
      kind: "units",
      value: unit.id,
      name: unit.name,
      beside: pathTo(unit, byId),
      people: unit.people,
    })),
    ...words("locations", say.parts.locations, choices?.locations ?? []),
    ...words("job_titles", say.parts.job_titles, choices?.job_titles ?? []),
  ];
}

/** @param {{id: string, name: string}} group @returns {Choice} */
const choiceOfGroup = ({ id, name }) => ({ kind: "groups", value: id, name, beside: say.parts.groups });

/** @param {Part[]} parts @param {Choice[]} all @returns {Choice[]} */
function chipsOf(parts, all) {
  const known = (/** @type {string} */ kind, /** @type {string} */ value) =>
    all.find((each) => same(each, { kind, value })) ?? { kind, value, name: nameless(kind, value), beside: "" };
  return parts.flatMap((part) => {
    if (!(part.kind in LISTS)) return [known(part.kind, "")];
    const kind = /** @type {keyof typeof LISTS} */ (part.kind);
    return (part[LISTS[kind]] ?? []).map((value) => known(kind, value));
  });
}

/** Of what is no longer there. @param {string} kind @param {string} value */
const nameless = (kind, value) =>
  kind === "everybody"
    ? say.everybody
    : kind === "groups"
      ? say.deletedGroup
      : kind === "units"
        ? say.closedUnit
        : value;

/** A part for each kind. @param {Choice[]} chosen @returns {Part[]} */
function partsOf(chosen) {
  const parts = chosen.filter((each) => !(each.kind in LISTS)).map(({ kind }) => /** @type {Part} */ ({ kind }));
  for (const kind of /** @type {(keyof typeof LISTS)[]} */ (Object.keys(LISTS))) {
    const values = chosen.filter((each) => each.kind === kind).map((each) => each.value);
    if (values.length) parts.push({ kind, [LISTS[kind]]: values });
  }
  return parts;
}

/** @param {Choice[]} chosen */
const idsOf = (chosen) => chosen.filter((each) => each.kind === "units").map((each) => each.value);

/** @param {Choice} each */
const kindOf = (each) => say.parts[/** @type {"groups"} */ (each.kind)] ?? "";

/** @param {{kind: string, value: string}} one @param {{kind: string, value: string}} other */
const same = (one, other) => one.kind === other.kind && fold(one.value) === fold(other.value);

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
