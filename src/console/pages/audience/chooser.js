// SPDX-License-Identifier: EUPL-1.2
// Chips, and a search that finds more of them.

import { fill, h, icon } from "/shared/element.js";
import { number } from "/shared/language.js";
import { say } from "/console/words.js";
import { fold, kindOf, same } from "./choices.js";

/** @typedef {import("./choices.js").Choice} Choice */

const MOST_FOUND = 8;

/**
 * Chips, and a search that adds to them. @param {Choice[]} chosen is changed in place @param {Choice[]} all
 * @param {string} placeholder @param {string} hint @param {() => void} changed
 */
export function chooser(chosen, all, placeholder, hint, changed) {
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
