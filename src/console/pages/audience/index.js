// SPDX-License-Identifier: EUPL-1.2
// Who is meant: everybody, or chips of org units, places of work, job titles, groups and who is on duty, with chips of
// exceptions; a search that finds them, and a count that follows.

import { call } from "/shared/api.js";
import { fill, h, once, say as toast } from "/shared/element.js";
import { number } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "/console/words.js";
import { chipsOf, choiceOfGroup, choicesOf, idsOf, partsOf, peopleIn } from "./choices.js";
import { chooser } from "./chooser.js";
import { counting } from "./count.js";

/** @typedef {import("./choices.js").Unit} Unit */
/** @typedef {import("./choices.js").Audience} Audience */
/** @typedef {import("./choices.js").Choices} Choices */

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
    choices?.groups ? say.findAudience : choices ? say.findForGroup : say.findUnit,
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
      choices?.groups && groupKeeper(value, (group) => all.push(choiceOfGroup(group))),
    ),
  };
}

/** Keeps what is chosen as a group. @param {() => Audience} value @param {(group: {id: string, name: string}) => void} kept */
function groupKeeper(value, kept) {
  const name = h("input", { type: "text", maxlength: 80, "aria-label": say.groupName, placeholder: say.groupName });
  const trouble = h("div", { "aria-live": "polite" });
  async function keep() {
    fill(trouble);
    try {
      const body = { name: name.value, audience: value() };
      kept(await once([button], () => call("POST", "/editorial/groups", { body })));
      name.value = "";
      toast(say.groupKept);
    } catch (error) {
      fill(trouble, problem(error));
    }
  }
  const button = h("button", { type: "button", onclick: keep }, say.keepGroup);
  return h("details", {}, h("summary", {}, say.keepAsGroup), h("div", { class: "row" }, name, button), trouble);
}
