// SPDX-License-Identifier: EUPL-1.2
// Listens to what happens while the app is open (docs/api/live.md), and says that there is news: it never moves
// what somebody is reading.

import { events, session } from "/shared/api.js";
import { say } from "./words.js";

/** When to come back if the server did not say, in ms. */
const PATIENCE = 5_000;
/** One's own post is on the page by then. */
const SOON = 1_000;

/** Where the news is that nobody has seen yet. @type {Set<string>} */
const unseen = new Set();
/** Of the last event: what was missed is told from there. */
let position = "";
let wait = PATIENCE;
/** @type {HTMLElement} */
let button;

/** @param {HTMLElement} element says that there is news @param {(path: string) => void} go */
export function begin(element, go) {
  button = element;
  button.addEventListener("click", () => {
    scrollTo(0, 0);
    go(/** @type {string} */ (button.dataset.path));
  });
  listen();
}

/** What stands at this address is being fetched anew. @param {string} path */
export function seen(path) {
  unseen.delete(path);
  draw();
}

async function listen() {
  for (;;) {
    if (session.token && !document.hidden) {
      wait = PATIENCE;
      // Without a connection, or refused: the pages themselves say so.
      await hear().catch(() => {});
    }
    if (!session.token) forget();
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Whoever signs in next has heard nothing. */
function forget() {
  position = "";
  unseen.clear();
  draw();
}

/** Until the stream ends, or nobody looks at the page any more. */
async function hear() {
  const token = session.token;
  const hidden = new AbortController();
  const look = () => document.hidden && hidden.abort();
  document.addEventListener("visibilitychange", look);
  try {
    let rest = "";
    for await (const text of events("/live", { after: position, signal: hidden.signal })) {
      // Another person may have signed in here.
      if (session.token !== token) return;
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      blocks.forEach(take);
    }
  } finally {
    document.removeEventListener("visibilitychange", look);
    if (session.token !== token) forget();
  }
}

/** @param {string} block */
function take(block) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of block.split("\n")) {
    const [name, value] = line.split(/: ?(.*)/);
    fields[name] = value ?? "";
  }
  if (fields.id) position = fields.id;
  if (fields.retry) wait = Number(fields.retry);
  if (fields.event === "reset") news(["/", "/announcements"]);
  if (fields.event === "changes") {
    const added = JSON.parse(fields.data).items.filter((/** @type {any} */ item) => item.change === "added");
    setTimeout(() => news(added.filter(notShown).map(address)), SOON);
  }
}

const LISTS = { post: "/", announcement: "/announcements" };

/** @param {{kind: string}} item */
const address = (item) => LISTS[/** @type {keyof LISTS} */ (item.kind)];

/** @param {{kind: string, id: string}} item */
const notShown = ({ kind, id }) => kind in LISTS && !document.querySelector(`main a[href^="/${kind}s/${id}"]`);

/** @param {string[]} paths */
function news(paths) {
  for (const path of paths) unseen.add(path);
  draw();
}

/** An announcement is told everywhere, a post in the newsfeed alone. */
function draw() {
  const path = unseen.has("/announcements") ? "/announcements" : "/";
  button.hidden = !unseen.has(path) || (path === "/" && location.pathname !== "/");
  button.dataset.path = path;
  button.textContent = path === "/" ? say.newPosts : say.newAnnouncement;
}
