// SPDX-License-Identifier: EUPL-1.2
// The app's one document: shows what the address says, and the bar at the bottom.

import { get, session, whenSessionEnds } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { choose, language } from "/shared/language.js";
import { joinForm } from "/shared/join.js";
import { problem } from "/shared/problem.js";
import { announcementPage, announcementsPage } from "./announcements.js";
import { namesPage } from "./answer.js";
import { feedPage } from "./feed.js";
import { begin, seen } from "./live.js";
import { mePage } from "./me.js";
import { flush } from "./outbox.js";
import { peoplePage, personPage } from "./people.js";
import { postPage } from "./post.js";
import { say } from "./words.js";
import { writePage } from "./write.js";

/** @typedef {{me: any, go: (path: string) => void, signal: AbortSignal}} Visit
 *   what a page is given: who reads it, where to go next, and when it is left */
/** @typedef {(visit: Visit, id: string) => Promise<Element> | Element} Page */

/** @type {[RegExp, Page][]} */
const PAGES = [
  [/^\/$/, feedPage],
  [/^\/posts\/([^/]+)$/, postPage],
  [/^\/new$/, writePage],
  [/^\/announcements$/, announcementsPage],
  [/^\/announcements\/([^/]+)$/, announcementPage],
  [/^\/announcements\/([^/]+)\/answers$/, namesPage],
  [/^\/people$/, peoplePage],
  [/^\/people\/([^/]+)$/, personPage],
  [/^\/me$/, mePage],
];

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const bar = /** @type {HTMLElement} */ (document.querySelector("#bar"));
const offline = /** @type {HTMLElement} */ (document.querySelector("#offline"));

/** @type {any} */
let me = null;
let leaving = new AbortController();

/** Goes to an address of the app. @param {string} path */
function go(path) {
  history.pushState(null, "", path);
  scrollTo(0, 0);
  show();
}

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  if (!session.token || location.pathname === "/join") return welcome();
  const [, page, id] = find(location.pathname);
  drawBar();
  seen(location.pathname);
  fill(main, skeleton());
  try {
    me ??= await get("/me");
    // The account's language comes first on a device where nobody has chosen one.
    if (!localStorage.getItem("stadtfunk.language")) choose(me.language);
    const shown = await page({ me, go, signal }, id);
    if (signal.aborted) return;
    fill(main, shown);
    const heading = main.querySelector("h1")?.textContent;
    document.title = heading ? `${heading} · Stadtfunk` : "Stadtfunk";
    // What had the focus is gone with its page: who listens goes on with the new one.
    if (document.activeElement === document.body) main.focus({ preventScroll: true });
  } catch (error) {
    if (!signal.aborted && session.token) fill(main, problem(error, show));
  }
}

/** @param {string} path @returns {[string, Page, string]} */
function find(path) {
  for (const [pattern, page] of PAGES) {
    const match = pattern.exec(path);
    if (match) return [path, page, match[1]];
  }
  return ["/", feedPage, ""];
}

function welcome() {
  bar.hidden = true;
  const code = location.pathname === "/join" ? decodeURIComponent(location.hash.slice(1)) : "";
  const next = location.pathname === "/join" ? "/" : location.pathname;
  fill(
    main,
    h(
      "div",
      { class: "card welcome" },
      joinForm({
        heading: say.welcome,
        text: say.welcomeText,
        code,
        done(person) {
          me = person;
          history.replaceState(null, "", next);
          show();
        },
      }),
    ),
    h("p", { class: "small muted about" }, say.about),
  );
}

function drawBar() {
  bar.hidden = false;
  bar.setAttribute("aria-label", "Stadtfunk");
  const here = `/${location.pathname.split("/")[1]}`;
  const item = (/** @type {string} */ path, /** @type {any} */ sign, /** @type {string} */ name, also = "") =>
    h(
      "a",
      {
        href: path,
        class: path === "/new" ? "write" : "",
        "aria-current": here === path || here === also ? "page" : null,
      },
      icon(sign),
      h("span", {}, name),
    );
  fill(
    bar,
    item("/", "news", say.news, "/posts"),
    item("/announcements", "megaphone", say.announcements),
    item("/new", "plus", say.write),
    item("/people", "people", say.people),
    item("/me", "person", say.me),
  );
}

/** Boxes of the size that cards usually have, while they are fetched. */
const skeleton = () => h("div", { class: "stack skeleton", "aria-busy": "true" }, h("div"), h("div"), h("div"));

function drawOffline() {
  offline.textContent = say.offline;
  offline.hidden = navigator.onLine;
}

/** A link within the app changes the page in place. @param {MouseEvent} event */
function follow(event) {
  const link = /** @type {Element} */ (event.target).closest("a[href^='/']");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || link.getAttribute("href")?.startsWith("/console")) return;
  event.preventDefault();
  go(/** @type {string} */ (link.getAttribute("href")));
}

/** Sends what was written without a connection, and shows it. */
async function catchUp() {
  drawOffline();
  if (session.token && (await flush()) && location.pathname === "/") show();
}

whenSessionEnds(() => {
  me = null;
  show();
});
addEventListener("popstate", show);
// A code from a second letter, while the page is open.
addEventListener("hashchange", () => {
  if (location.pathname === "/join") show();
});
addEventListener("online", catchUp);
addEventListener("offline", drawOffline);
document.addEventListener("click", follow);
document.documentElement.lang = language;
navigator.serviceWorker?.register("/sw.js").catch(() => {});
navigator.serviceWorker?.addEventListener("message", (event) => {
  if (event.data?.go) go(event.data.go);
});
drawOffline();
begin(/** @type {HTMLElement} */ (document.querySelector("#news")), go);
show();
catchUp();
