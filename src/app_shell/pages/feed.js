// SPDX-License-Identifier: EUPL-1.2
// The newsfeed: what is pinned, what waits to be sent, and the posts of all channels, newest first.

import { get, newKey, Problem } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { headline } from "./announcements.js";
import { wantsAnswer } from "./answer.js";
import { card } from "./card.js";
import { draft } from "./draft.js";
import { waiting } from "./outbox.js";
import { say } from "./words.js";

/** @type {import("./app.js").Page} */
export async function feedPage(visit) {
  const [{ page: first, trouble }, asking] = await Promise.all([firstPage(visit), unanswered()]);
  const list = h("div", { class: "stack" });
  const end = h("div", { class: "stack" });

  /** @param {any} page */
  function add(page) {
    list.append(...page.items.map((/** @type {any} */ post) => card(post, visit)));
    fill(end, page.next_cursor && h("button", { onclick: () => older(page.next_cursor) }, say.older));
  }

  /** @param {string} cursor */
  async function older(cursor) {
    end.firstElementChild?.setAttribute("disabled", "");
    try {
      add(await get(`/feed?cursor=${cursor}`));
    } catch (error) {
      fill(
        end,
        problem(error, () => older(cursor)),
      );
    }
  }

  add(first);
  const pinned = first.pinned ?? [];
  const queue = waiting().map((post) => queuedCard(post, visit));
  const empty = !trouble && !first.items.length && !pinned.length && !queue.length;
  return h(
    "div",
    { class: "stack" },
    h("h1", {}, say.news),
    asking.length > 0 && h("ul", { class: "stack" }, asking.map(headline)),
    pinned.length > 0 &&
      h(
        "section",
        { class: "stack", "aria-label": say.pinned },
        h("p", { class: "pinned row small muted" }, icon("pin"), say.pinned),
        pinned.map((/** @type {any} */ post) => card(post, visit)),
      ),
    queue,
    trouble,
    list,
    empty && h("p", { class: "empty" }, say.emptyFeed),
    end,
  );
}

/** Announcements that want an answer stay on top, here too. @returns {Promise<any[]>} */
const unanswered = () =>
  get("/announcements").then(
    (page) => page.items.filter(wantsAnswer),
    () => [],
  );

/** Without a connection there is no feed, but what waits to be sent is still to be seen. @param {import("./app.js").Visit} visit */
async function firstPage(visit) {
  try {
    return { page: await get("/feed"), trouble: null };
  } catch (error) {
    if (!(error instanceof Problem && error.offline)) throw error;
    return { page: { items: [] }, trouble: problem(error, () => visit.go("/")) };
  }
}

/** What was written here and has not left yet. @param {import("./outbox.js").Queued} queued @param {import("./app.js").Visit} visit */
function queuedCard(queued, visit) {
  return h(
    "article",
    { class: "card post queued stack" },
    h("p", { class: "text" }, queued.post.text),
    h("p", { class: "small" }, queued.refused ? `${say.refused}: ${queued.refused}` : say.pending),
    h(
      "div",
      { class: "row" },
      queued.refused &&
        h(
          "button",
          {
            onclick: () => {
              rework(queued);
              visit.go("/new");
            },
          },
          say.rework,
        ),
      h(
        "button",
        {
          onclick: () => {
            queued.discard();
            visit.go("/");
          },
        },
        say.discard,
      ),
    ),
  );
}

/** A refused post becomes a draft again, under a new key: what is changed is another request.
 * @param {import("./outbox.js").Queued} queued */
function rework({ post, discard }) {
  draft("post").write({
    key: newKey(),
    channel: post.channel_id,
    text: post.text,
    photos: post.photo_ids.map((id) => ({ id, alt: "" })),
  });
  discard();
}
