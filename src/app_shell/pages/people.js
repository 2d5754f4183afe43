// SPDX-License-Identifier: EUPL-1.2
// The directory: beginnings of names, in any order.

import { get } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { initials } from "./card.js";
import { say } from "./words.js";

/** How long to wait for the next letter before asking, in ms. */
const PAUSE = 150;

/** @type {import("./app.js").Page} */
export async function peoplePage(visit) {
  const units = (await get("/org-units")).items;
  const query = new URLSearchParams(location.search);
  const list = h("ul", { class: "card people" });
  const end = h("div", { class: "stack", "aria-live": "polite" });
  const search = h("input", {
    type: "search",
    value: query.get("q") ?? "",
    placeholder: say.search,
    "aria-label": say.search,
    autocomplete: "off",
    oninput: later,
  });
  const unit = h(
    "select",
    { "aria-label": say.unit, onchange: find },
    h("option", { value: "" }, say.allUnits),
    units.map((/** @type {any} */ each) =>
      h("option", { value: each.id, selected: each.id === query.get("unit") }, each.name),
    ),
  );
  let timer = 0;
  let asked = 0;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  }

  /** @param {any} [_event] @param {string} [cursor] */
  async function find(_event, cursor) {
    if (visit.signal.aborted) return; // The address is another page's by now.
    const mine = ++asked;
    const wanted = new URLSearchParams(
      [
        ["q", search.value.trim()],
        ["unit", unit.value],
      ].filter(([, value]) => value),
    );
    history.replaceState(null, "", wanted.size ? `/people?${wanted}` : "/people");
    if (cursor) wanted.set("cursor", cursor);
    try {
      const page = await get(`/people?limit=50&${wanted}`);
      if (mine !== asked || visit.signal.aborted) return; // A later question has been asked.
      if (!cursor) fill(list);
      list.append(...page.items.map(entry));
      fill(
        end,
        !list.children.length && h("p", { class: "empty" }, say.nobody),
        page.next_cursor && h("button", { onclick: () => find(null, page.next_cursor) }, say.morePeople),
      );
    } catch (error) {
      if (mine !== asked) return;
      fill(
        end,
        problem(error, () => find(null, cursor)),
      );
    }
  }

  await find();
  return h("div", { class: "stack" }, h("h1", {}, say.people), search, unit, list, end);
}

/** @param {any} person */
const entry = (person) =>
  h(
    "li",
    {},
    h(
      "a",
      { href: `/people/${person.id}`, class: "row" },
      h("span", { class: "initials", "aria-hidden": "true" }, initials(nameOf(person))),
      h(
        "span",
        { class: "grow" },
        h("strong", {}, nameOf(person)),
        h("span", { class: "small muted block" }, [person.job_title, person.unit.name].filter(Boolean).join(" · ")),
      ),
    ),
  );

/** @param {any} person */
export const nameOf = (person) => `${person.given_name} ${person.family_name}`;

/** @type {import("./app.js").Page} */
export async function personPage(_visit, id) {
  const person = await get(`/people/${id}`);
  return h(
    "div",
    { class: "stack" },
    h("a", { class: "button quiet back", href: "/people" }, icon("back"), say.people),
    h(
      "article",
      { class: "card stack person" },
      h("span", { class: "initials large", "aria-hidden": "true" }, initials(nameOf(person))),
      h("h1", {}, nameOf(person)),
      person.job_title && h("p", {}, person.job_title),
      h("p", {}, h("a", { href: `/people?unit=${person.unit.id}` }, person.unit.name)),
      person.email && h("a", { class: "button primary", href: `mailto:${person.email}` }, person.email),
    ),
  );
}
