// SPDX-License-Identifier: EUPL-1.2
// The directory; for administrators also roles and join codes.

import { call, get } from "/shared/api.js";
import { fill, h, once, say as toast } from "/shared/element.js";
import { precise, spoken } from "/shared/language.js";
import { inOneLine, problem } from "/shared/problem.js";
import { say } from "./words.js";

/** How long to wait for the next letter before asking, in ms. */
const PAUSE = 150;

/** @type {import("./console.js").Page} */
export async function peoplePage(visit) {
  const list = h("ul", { class: "card lines" });
  const end = h("div", { "aria-live": "polite" });
  const search = h("input", {
    type: "search",
    value: visit.query.get("q") ?? "",
    placeholder: `${say.search}  /`,
    "aria-label": say.search,
    autocomplete: "off",
    autofocus: visit.query.has("search"),
    oninput: later,
  });
  let timer = 0;
  let asked = 0;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE);
  }

  /** @param {string} [cursor] */
  async function find(cursor) {
    if (visit.signal.aborted) return; // The address is another page's by now.
    const mine = ++asked;
    const q = search.value.trim();
    const wanted = new URLSearchParams(
      [
        ["limit", "50"],
        ["q", q],
        ["cursor", cursor ?? ""],
      ].filter(([, value]) => value),
    );
    history.replaceState(null, "", q ? `#/people?${new URLSearchParams({ q })}` : "#/people");
    try {
      const page = await get(`/people?${wanted}`);
      if (mine !== asked) return; // A later question has been asked.
      if (!cursor) fill(list);
      list.append(...page.items.map(line));
      fill(
        end,
        !list.children.length && h("p", { class: "empty" }, say.nobody),
        page.next_cursor && h("button", { onclick: () => find(page.next_cursor) }, say.more),
      );
    } catch (error) {
      if (mine !== asked) return;
      fill(
        end,
        problem(error, () => find(cursor)),
      );
    }
  }

  await find();
  return h("div", { class: "stack narrow" }, h("h1", {}, say.people), sections("directory", visit), search, list, end);
}

/** @typedef {"directory" | "groups" | "deputies"} Section */

/** What else there is about people, beside the directory: for editors groups, for administrators deputies.
 * @param {Section} here @param {import("./console.js").Visit} visit */
export function sections(here, visit) {
  const section = (/** @type {Section} */ name, /** @type {string} */ address) =>
    h(
      "a",
      { class: "button quiet", href: `#${address}`, "aria-current": name === here ? "page" : null },
      say.peopleSections[name],
    );
  const others = [
    visit.may("editor") && section("groups", "/people/groups"),
    visit.may("admin") && section("deputies", "/people/deputies"),
  ].filter(Boolean);
  return (
    others.length > 0 &&
    h("nav", { class: "row filters", "aria-label": say.people }, section("directory", "/people"), others)
  );
}

/** @param {any} person */
const line = (person) =>
  h(
    "li",
    {},
    h(
      "a",
      { class: "row", href: `#/people/${person.id}` },
      h("strong", { class: "grow" }, `${person.family_name}, ${person.given_name}`),
      h("span", { class: "muted" }, [person.job_title, person.unit.name].filter(Boolean).join(" · ")),
    ),
  );

/** @type {import("./console.js").Page} */
export async function personPage(visit, id) {
  const [person, roles] = await Promise.all([
    get(`/people/${id}`),
    visit.may("admin") ? get(`/people/${id}/roles`) : null,
  ]);
  return h(
    "div",
    { class: "stack narrow" },
    h("a", { class: "back", href: "#/people" }, say.people),
    h(
      "header",
      { class: "stack tight" },
      h("h1", {}, `${person.given_name} ${person.family_name}`),
      h("p", { class: "muted" }, [person.job_title, person.unit.name].filter(Boolean).join(" · ")),
      person.email && h("p", {}, h("a", { href: `mailto:${person.email}` }, person.email)),
    ),
    roles && rolesSection(id, roles.items),
    visit.may("admin") && codeSection(id),
  );
}

/** @param {string} id @param {{role: string, granted_at: string}[]} grants */
function rolesSection(id, grants) {
  return h(
    "section",
    { class: "card stack tight" },
    h("h2", {}, say.roles),
    Object.entries(say.roleNames).map(([role, name]) => {
      const grant = grants.find((each) => each.role === role);
      const box = h("input", {
        type: "checkbox",
        checked: Boolean(grant),
        onchange: async () => {
          try {
            await once([box], () => call(box.checked ? "PUT" : "DELETE", `/people/${id}/roles/${role}`));
            toast(say.saved);
          } catch (error) {
            box.checked = !box.checked;
            toast(inOneLine(error));
          }
        },
      });
      return h(
        "label",
        { class: "choice" },
        box,
        h(
          "span",
          {},
          h("strong", {}, name),
          h("small", { class: "hint" }, say.roleTexts[/** @type {"admin"} */ (role)]),
        ),
        grant &&
          h(
            "time",
            { class: "small muted", datetime: grant.granted_at, title: precise(grant.granted_at) },
            spoken(grant.granted_at),
          ),
      );
    }),
  );
}

/** @param {string} id */
function codeSection(id) {
  const shown = h("div", { "aria-live": "polite" });
  /** One at a time: the code before is void. */
  const make = (/** @type {"first" | "recovery"} */ purpose) => async () => {
    try {
      const made = await once(buttons, () => call("POST", `/people/${id}/join-codes`, { body: { purpose } }));
      fill(
        shown,
        h("p", { class: "code" }, made.code),
        h("p", { class: "small muted" }, say.codeOnce(precise(made.expires_at))),
      );
    } catch (error) {
      fill(shown, problem(error));
    }
  };
  const buttons = [
    h("button", { onclick: make("first") }, say.firstCode),
    h("button", { onclick: make("recovery") }, say.recoveryCode),
  ];
  return h(
    "section",
    { class: "card stack" },
    h("div", {}, h("h2", {}, say.joinCode), h("p", { class: "small muted" }, `${say.codeText} ${say.recoveryHint}`)),
    h("div", { class: "row" }, buttons),
    shown,
  );
}
