// SPDX-License-Identifier: EUPL-1.2
// What an audience can be made of: org units, places of work, job titles, groups and who is on duty; as the API has it,
// as chips, and in words.

import { say } from "/console/words.js";

/** @typedef {{id: string, name: string, parent_id?: string, people: number}} Unit */
/** @typedef {{kind: string, units?: string[], locations?: string[], job_titles?: string[], groups?: string[]}} Part */
/** @typedef {Part & {of?: Part[], except?: Part[]}} Audience */
/** @typedef {{name: string, people: number}} Word */
/** @typedef {{locations: Word[], job_titles: Word[], groups?: {id: string, name: string}[]}} Choices
 *   what there is to choose from; without `groups` none can be named, as in a group itself */
/** @typedef {{kind: string, value: string, name: string, beside: string, people?: number}} Choice what one chip means */

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

/** Everything that can be a chip. @param {Unit[]} units @param {Choices} [choices] @returns {Choice[]} */
export function choicesOf(units, choices) {
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
export const choiceOfGroup = ({ id, name }) => ({ kind: "groups", value: id, name, beside: say.parts.groups });

/** @param {Part[]} parts @param {Choice[]} all @returns {Choice[]} */
export function chipsOf(parts, all) {
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
export function partsOf(chosen) {
  const parts = chosen.filter((each) => !(each.kind in LISTS)).map(({ kind }) => /** @type {Part} */ ({ kind }));
  for (const kind of /** @type {(keyof typeof LISTS)[]} */ (Object.keys(LISTS))) {
    const values = chosen.filter((each) => each.kind === kind).map((each) => each.value);
    if (values.length) parts.push({ kind, [LISTS[kind]]: values });
  }
  return parts;
}

/** @param {Choice[]} chosen */
export const idsOf = (chosen) => chosen.filter((each) => each.kind === "units").map((each) => each.value);

/** @param {Choice} each */
export const kindOf = (each) => say.parts[/** @type {"groups"} */ (each.kind)] ?? "";

/** @param {{kind: string, value: string}} one @param {{kind: string, value: string}} other */
export const same = (one, other) => one.kind === other.kind && fold(one.value) === fold(other.value);

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
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** "Feuerwehr, Bauhof Süd, ohne Im Dienst" @param {Audience} audience @param {Choice[]} all */
export function inWords(audience, all) {
  const names = (/** @type {Part[]} */ parts) =>
    chipsOf(parts, all)
      .map(({ name }) => name)
      .join(", ");
  const excepted = names(audience.except ?? []);
  return names(audience.of ?? [audience]) + (excepted ? `, ${say.without} ${excepted}` : "");
}
