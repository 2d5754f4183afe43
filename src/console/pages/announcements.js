// SPDX-License-Identifier: EUPL-1.2
// All announcements, by state. The filter stands in the address.

import { get } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { language, precise, spoken } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

/** @type {import("./console.js").Page} */
export async function announcementsPage({ query }) {
  const state = query.get("state") ?? "";
  const list = h("ul", { class: "card lines" });
  const end = h("div");

  /** @param {string} [cursor] */
  async function add(cursor) {
    const wanted = new URLSearchParams(
      [
        ["state", state],
        ["cursor", cursor ?? ""],
      ].filter(([, value]) => value),
    );
    const page = await get(`/editorial/announcements?${wanted}`);
    list.append(...page.items.map(line));
    fill(
      end,
      page.next_cursor &&
        h("button", { onclick: () => more(page.next_cursor) }, say.more),
    );
  }

  /** @param {string} cursor */
  async function more(cursor) {
    fill(end);
    await add(cursor).catch((error) =>
      fill(
        end,
        problem(error, () => more(cursor)),
      ),
    );
  }

  await add();
  const filter = (/** @type {string} */ value, /** @type {string} */ name) =>
    h(
      "a",
      {
        class: "button quiet",
        href: value ? `#/announcements?state=${value}` : "#/announcements",
        "aria-current": value === state ? "true" : null,
      },
      name,
    );
  return h(
    "div",
    { class: "stack" },
    h(
      "div",
      { class: "row" },
      h("h1", { class: "grow" }, say.announcements),
      h("a", { class: "button primary", href: "#/announcements/new" }, icon("plus"), say.new),
    ),
    h(
      "div",
      { class: "row filters" },
      filter("", say.all),
      Object.entries(say.stateLists).map(([value, name]) => filter(value, name)),
    ),
    list.children.length ? list : h("p", { class: "empty" }, say.emptyList),
    end,
  );
}

/** @param {any} item */
const unfinished = (item) => ["draft", "in_review", "held"].includes(item.state);

/** One announcement in a list: what is not finished opens for writing, all others on their board. @param {any} item */
export function line(item) {
  const time = item.released_at ?? item.release_at ?? item.missed_release_at ?? item.updated.at;
  const other = language === "de" ? "en" : "de";
  return h(
    "li",
    {},
    h(
      "a",
      { class: "row", href: `#/announcements/${item.id}${unfinished(item) ? "/edit" : ""}` },
      h("span", { class: `tag ${item.state}` }, say.states[/** @type {"draft"} */ (item.state)]),
      h("strong", { class: "grow" }, item.titles[language] ?? item.titles[other] ?? say.untitled),
      item.proposed_correction && h("span", { class: "tag scheduled" }, say.correctionWaits),
      item.class !== "news" &&
        h("span", { class: `tag ${item.class}` }, say.classes[/** @type {"alert"} */ (item.class)]),
      h("time", { class: "muted", datetime: time, title: precise(time) }, spoken(time)),
    ),
  );
}
