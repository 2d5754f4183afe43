// SPDX-License-Identifier: EUPL-1.2
// The console's one document: shows what stands after `#`, and the rooms at the left that the caller's roles open.

import { call, get, session, whenSessionEnds } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { choose, language } from "/shared/language.js";
import { joinForm } from "/shared/join.js";
import { problem } from "/shared/problem.js";
import { correctPage } from "./after/correct.js";
import { versionsPage } from "./after/versions.js";
import { announcementsPage } from "./announcements.js";
import { auditPage } from "./audit/index.js";
import { boardPage } from "./board/index.js";
import { channelsPage } from "./channels.js";
import { goBy } from "./clocks.js";
import { composePage } from "./compose/index.js";
import { deputiesPage } from "./deputies/index.js";
import { groupPage } from "./groups/edit.js";
import { groupsPage } from "./groups/index.js";
import { listenToKeys } from "./keys.js";
import { overviewPage } from "./overview.js";
import { peoplePage, personPage } from "./people.js";
import { answersPage } from "./question/page.js";
import { say } from "./words.js";

/** @typedef {{me: any, may: (role: string) => boolean, go: (address: string) => void, again: () => void,
 *   query: URLSearchParams, signal: AbortSignal}} Visit what a page is given; `signal`: it has been left */
/** @typedef {(visit: Visit, id: string) => Promise<Element> | Element} Page */
/** @typedef {{pattern: RegExp, page: Page, role?: string}} Address */

/** @type {Address[]} */
const ADDRESSES = [
  { pattern: /^\/$/, page: overviewPage },
  { pattern: /^\/announcements$/, page: announcementsPage, role: "editor" },
  { pattern: /^\/announcements\/new$/, page: composePage, role: "editor" },
  { pattern: /^\/announcements\/([^/]+)\/edit$/, page: composePage, role: "editor" },
  { pattern: /^\/announcements\/([^/]+)\/correct$/, page: correctPage, role: "editor" },
  { pattern: /^\/announcements\/([^/]+)\/answers$/, page: answersPage },
  { pattern: /^\/announcements\/([^/]+)\/versions$/, page: versionsPage, role: "editor" },
  { pattern: /^\/announcements\/([^/]+)$/, page: boardPage, role: "editor" },
  { pattern: /^\/people$/, page: peoplePage },
  { pattern: /^\/people\/groups$/, page: groupsPage, role: "editor" },
  { pattern: /^\/people\/groups\/new$/, page: groupPage, role: "editor" },
  { pattern: /^\/people\/groups\/([^/]+)$/, page: groupPage, role: "editor" },
  { pattern: /^\/people\/deputies$/, page: deputiesPage, role: "admin" },
  { pattern: /^\/people\/([^/]+)$/, page: personPage },
  { pattern: /^\/channels$/, page: channelsPage, role: "admin" },
  { pattern: /^\/audit$/, page: auditPage, role: "admin" },
];

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const rooms = /** @type {HTMLElement} */ (document.querySelector("#rooms"));

/** @type {any} */
let me = null;
let leaving = new AbortController();

const may = (/** @type {string} */ role) => me?.roles.includes(role) ?? false;
const go = (/** @type {string} */ address) => {
  location.hash = address;
};

async function show() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  if (!session.token) return welcome();
  const [path, search] = (location.hash.slice(1) || "/").split("?");
  try {
    me ??= await get("/me");
    goBy(me.city_zone);
    drawRooms(path);
    if (!me.roles.length) return fill(main, h("p", { class: "empty" }, say.noRole));
    const address = ADDRESSES.find(({ pattern }) => pattern.test(path));
    if (!address || (address.role && !may(address.role))) return fill(main, h("p", { class: "empty" }, say.noSuchPage));
    const id = address.pattern.exec(path)?.[1] ?? "";
    const shown = await address.page({ me, may, go, again: show, query: new URLSearchParams(search), signal }, id);
    if (signal.aborted) return;
    fill(main, shown);
    document.title = `${main.querySelector("h1")?.textContent ?? say.name} · Stadtfunk`;
    /** @type {HTMLElement} */ (main.querySelector("[autofocus]") ?? main).focus({ preventScroll: true });
  } catch (error) {
    if (!signal.aborted && session.token) fill(main, problem(error, show));
  }
}

function welcome() {
  rooms.hidden = true;
  fill(
    main,
    h(
      "div",
      { class: "card welcome" },
      joinForm({
        heading: say.welcome,
        text: say.welcomeText,
        done(person) {
          me = person;
          show();
        },
      }),
    ),
    h("p", { class: "small muted centre" }, say.notAlarm),
  );
}

/** @param {string} path */
function drawRooms(path) {
  rooms.hidden = false;
  rooms.setAttribute("aria-label", say.name);
  const here = `/${path.split("/")[1]}`;
  const room = (/** @type {string} */ address, /** @type {any} */ sign, /** @type {string} */ name) =>
    h("a", { href: `#${address}`, "aria-current": here === address ? "page" : null }, icon(sign), h("span", {}, name));
  fill(
    rooms,
    h("p", { class: "brand" }, "Stadtfunk ", h("span", { class: "muted" }, say.name)),
    room("/", "home", say.overview),
    may("editor") && room("/announcements", "megaphone", say.announcements),
    room("/people", "people", say.people),
    may("admin") && room("/channels", "channel", say.channels),
    may("admin") && room("/audit", "log", say.audit),
    h("div", { class: "grow" }),
    h(
      "p",
      { class: "small who" },
      h("strong", {}, `${me.given_name} ${me.family_name}`),
      h("br"),
      h("span", { class: "muted" }, me.unit.name),
    ),
    h(
      "div",
      { class: "row small" },
      h("button", { class: "quiet", onclick: () => choose(language === "de" ? "en" : "de") }, say.other),
      h("a", { class: "button quiet", href: "/" }, say.toApp),
      h("button", { class: "quiet", onclick: signOut }, say.signOut),
    ),
    h("p", { class: "small muted" }, say.notAlarm),
  );
}

async function signOut() {
  await call("DELETE", "/sessions/current").catch(() => {}); // Without a connection it ends here at least.
  session.forget();
  location.assign("/console");
}

whenSessionEnds(() => {
  me = null;
  show();
});
addEventListener("hashchange", () => {
  if (location.hash !== "#content") {
    scrollTo(0, 0);
    show();
  }
});
listenToKeys({ go, may });
show();
