// SPDX-License-Identifier: EUPL-1.2
// What is next, what is unfinished, what went out last.

import { all, get } from "/shared/api.js";
import { h, icon } from "/shared/element.js";
import { line } from "./announcements.js";
import { say as question } from "./question/words.js";
import { say } from "./words.js";

/** Of each kind. */
const MOST = 5;

/** @type {import("./console.js").Page} */
export async function overviewPage({ may }) {
  if (!may("editor")) {
    return h(
      "div",
      { class: "stack" },
      h("h1", {}, say.overview),
      h("a", { class: "card row", href: "#/people" }, icon("people"), say.people),
      may("duty_officer") && (await asking()),
      may("admin") && h("a", { class: "card row", href: "#/channels" }, icon("channel"), say.channels),
      may("admin") && h("a", { class: "card row", href: "#/audit" }, icon("log"), say.audit),
    );
  }
  const ask = (/** @type {string} */ state) => get(`/editorial/announcements?state=${state}&limit=${MOST}`);
  const [planned, ...lists] = await Promise.all([
    all("/editorial/announcements?state=scheduled"),
    ...["held", "in_review", "draft", "released"].map(ask),
  ]);
  const [held, inReview, drafts, released] = lists;
  // The list is in the order in which they were made.
  const next = planned.sort((a, b) => a.release_at.localeCompare(b.release_at)).slice(0, MOST);
  return h(
    "div",
    { class: "stack" },
    h(
      "div",
      { class: "row" },
      h("h1", { class: "grow" }, say.overview),
      h("a", { class: "button primary", href: "#/announcements/new" }, icon("plus"), say.new),
    ),
    held.items.length > 0 && section(say.stateLists.held, held.items, ""),
    section(say.next, next, say.nothingScheduled),
    section(say.inReview, inReview.items, say.nothingInReview),
    section(say.drafts, drafts.items, say.noDrafts),
    section(say.last, released.items, say.nothingYet),
  );
}

/** What whoever leads an operation looks at: the announcements that ask for an answer. */
async function asking() {
  const { items } = await get("/announcements");
  const list = items.filter((/** @type {any} */ item) => item.question);
  return h(
    "section",
    { class: "stack tight" },
    h("h2", {}, question.asking),
    list.length
      ? h(
          "ul",
          { class: "card lines" },
          list.map((/** @type {any} */ item) =>
            h(
              "li",
              {},
              h(
                "a",
                { class: "row", href: `#/announcements/${item.id}/answers` },
                h("strong", { class: "grow" }, item.title),
              ),
            ),
          ),
        )
      : h("p", { class: "muted" }, question.asksNothing),
  );
}

/** @param {string} title @param {any[]} items @param {string} empty */
const section = (title, items, empty) =>
  h(
    "section",
    { class: "stack tight" },
    h("h2", {}, title),
    items.length ? h("ul", { class: "card lines" }, items.map(line)) : h("p", { class: "muted" }, empty),
  );
