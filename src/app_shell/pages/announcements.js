// SPDX-License-Identifier: EUPL-1.2
// What the city says to its staff.

import { get } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { answerBox, namesLink, wantsAnswer } from "./answer.js";
import { when } from "./card.js";
import { fileList } from "./files.js";
import { photoGrid } from "./photos.js";
import { say } from "./words.js";

/** @type {import("./app.js").Page} */
export async function announcementsPage() {
  // What wants an answer stays on top.
  const asking = h("ul", { class: "stack" });
  const list = h("ul", { class: "stack" });
  const end = h("div", { class: "stack" });

  /** @param {any} page */
  function add(page) {
    asking.append(...page.items.filter(wantsAnswer).map(headline));
    list.append(...page.items.filter((/** @type {any} */ item) => !wantsAnswer(item)).map(headline));
    fill(end, page.next_cursor && h("button", { onclick: () => older(page.next_cursor) }, say.older));
  }

  /** @param {string} cursor */
  async function older(cursor) {
    fill(end);
    try {
      add(await get(`/announcements?cursor=${cursor}`));
    } catch (error) {
      fill(
        end,
        problem(error, () => older(cursor)),
      );
    }
  }

  add(await get("/announcements"));
  return h(
    "div",
    { class: "stack" },
    h("h1", {}, say.announcements),
    asking,
    list,
    !asking.children.length && !list.children.length && h("p", { class: "empty" }, say.noAnnouncements),
    end,
  );
}

/** @param {any} item */
export function headline(item) {
  return h(
    "li",
    { class: "stack tight" },
    h(
      "a",
      { class: `card headline stack tight ${item.class}`, href: `/announcements/${item.id}`, lang: item.language },
      kind(item),
      h("h2", {}, item.title),
      h("p", {}, item.push_text),
      corrected(item),
    ),
    item.question && h("div", { class: "card" }, answerBox(item)),
  );
}

/** That it was corrected, and how. @param {any} item */
const corrected = (item) =>
  item.corrected &&
  h("p", { class: "corrected small" }, h("strong", {}, say.corrected), " ", when(item.corrected.at), ": ", item.corrected.note);

/** @param {any} item */
const kind = (item) =>
  h(
    "p",
    { class: "row small muted" },
    item.class !== "news" && h("span", { class: `tag ${item.class}` }, say.classes[/** @type {"news"} */ (item.class)]),
    when(item.released_at),
  );

/** @type {import("./app.js").Page} */
export async function announcementPage(visit, id) {
  const item = await get(`/announcements/${id}`);
  return h(
    "div",
    { class: "stack" },
    h("a", { class: "button quiet back", href: "/announcements" }, icon("back"), say.announcements),
    h(
      "article",
      { class: `card stack reading ${item.class}`, lang: item.language },
      kind(item),
      h("h1", {}, item.title),
      corrected(item),
      h("p", { class: "lead" }, item.push_text),
      item.photos.length > 0 && photoGrid(item.photos, visit),
      h("p", { class: "text" }, item.body),
      item.files?.length > 0 && fileList(item.files),
      item.question && answerBox(item),
    ),
    item.question && namesLink(item, visit),
    h("p", { class: "small muted" }, say.about),
  );
}
