// SPDX-License-Identifier: EUPL-1.2
// The release board: a clock that is read from three metres, and what became of everybody. It has an address of its
// own and can stand on a screen in the press office.

import { Problem, download, get, serverNow } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { duration, language, number, precise } from "/shared/language.js";
import { inOneLine, problem } from "/shared/problem.js";
import { cancelSchedule, release, remove } from "./desk.js";
import { clockOf, everySecond } from "./time.js";
import { named, say } from "./words.js";

/** How often the board asks, in ms: while phones are being reached, and later. */
const SOON = 1000;
const LATER = 10_000;

/** @type {import("./console.js").Page} */
export async function boardPage(visit, id) {
  let item = await get(`/editorial/announcements/${id}`);
  if (["draft", "in_review", "held"].includes(item.state)) {
    visit.go(`/announcements/${id}/edit`);
    return h("p");
  }
  const clock = h("p", { class: "clock", role: "timer" });
  const outcome = h("div", { class: "stack", "aria-live": "off" });
  const trouble = h("div", { "aria-live": "polite" });
  const head = h("header", { class: "stack tight" });

  function drawHead() {
    const text = item.texts[language] ?? item.texts.de ?? item.texts.en;
    fill(
      head,
      h(
        "div",
        { class: "row" },
        h("span", { class: `tag ${item.state}` }, say.states[/** @type {"draft"} */ (item.state)]),
        item.class !== "news" &&
          h("span", { class: `tag ${item.class}` }, say.classes[/** @type {"alert"} */ (item.class)]),
        h("span", { class: "grow" }),
        ways(item, visit, trouble),
      ),
      h("h1", {}, text?.title ?? say.untitled),
      h(
        "p",
        { class: "muted" },
        `${say.at}: `,
        h("time", { datetime: item.release_at }, precise(item.released_at ?? item.release_at)),
      ),
    );
  }

  async function follow() {
    if (visit.signal.aborted) return;
    let pause = SOON;
    try {
      pause = await look();
      fill(trouble);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(trouble, h("p", { class: "problem" }, inOneLine(error)));
      pause = LATER;
    }
    setTimeout(follow, pause);
  }

  /** Asks for what is new, shows it, and says when to ask again. */
  async function look() {
    if (item.state === "scheduled") {
      const left = new Date(item.release_at).getTime() - serverNow();
      fill(outcome, h("p", { class: "muted wait" }, left > 0 ? say.beforeT : say.waitingForRelease));
      item = await get(`/editorial/announcements/${id}`);
      drawHead();
      return left > LATER + SOON ? LATER : SOON;
    }
    const report = await get(`/editorial/announcements/${id}/report`);
    fill(outcome, ...reportOf(report), asTable(item, trouble));
    return report.complete ? LATER : SOON;
  }

  drawHead();
  everySecond(() => {
    clock.textContent = clockOf(item.released_at ?? item.release_at);
  }, visit.signal);
  follow().catch((error) => fill(trouble, problem(error)));
  return h(
    "div",
    { class: "board stack" },
    h("a", { class: "small", href: "#/announcements" }, say.allBoards),
    head,
    trouble,
    clock,
    outcome,
  );
}

/** @param {any} item @param {import("./console.js").Visit} visit @param {Element} trouble */
function ways(item, visit, trouble) {
  const way = (/** @type {string} */ name, /** @type {() => Promise<any>} */ go, /** @type {() => void} */ then) =>
    h(
      "button",
      {
        onclick: () =>
          go().then(
            (done) => done !== null && then(),
            (error) => fill(trouble, problem(error, visit.again)),
          ),
      },
      name,
    );
  if (item.state === "released") return way(say.withdraw, () => remove(item), visit.again);
  if (item.state !== "scheduled") return null;
  return h(
    "div",
    { class: "row" },
    h("a", { class: "button", href: `#/announcements/${item.id}/edit` }, `${say.edit} · ${say.move}`),
    way(
      say.unschedule,
      () => cancelSchedule(item),
      () => visit.go(`/announcements/${item.id}/edit`),
    ),
    way(say.releaseNow, () => release(item), visit.again),
  );
}

/** The report as a file for a spreadsheet. @param {any} item @param {Element} trouble */
const asTable = (item, trouble) =>
  h(
    "button",
    {
      class: "quiet",
      onclick: () =>
        download(`/editorial/announcements/${item.id}/report.csv`, `${item.id}.csv`).catch((error) =>
          fill(trouble, problem(error)),
        ),
    },
    say.asTable,
  );

/** @param {any} report */
function reportOf(report) {
  const { people, devices } = report;
  return [
    h(
      "p",
      { class: "headline" },
      say.reachedOf(number(people.reached), number(people.recipients)),
      " ",
      h(
        "span",
        { class: `tag ${report.complete ? "released" : "scheduled"}` },
        report.complete ? say.complete : say.incomplete,
      ),
    ),
    h(
      "section",
      { class: "card stack" },
      h("h2", {}, say.persons),
      bar(groupsOfPeople(people), people.recipients),
      sums(groupsOfPeople(people), people.recipients),
      people.recipients > people.reached && report.complete && h("p", { class: "muted" }, say.reachHint),
    ),
    h("section", { class: "card stack" }, h("h2", {}, say.handOver), times(report)),
    h(
      "section",
      { class: "stack" },
      h("h2", {}, say.devices),
      h("div", { class: "gateways" }, devices.gateways.map(gateway)),
    ),
  ];
}

/** @typedef {[string, number]} Group an outcome, and how many have it */

/** Together they are all recipients. @param {any} people @returns {Group[]} */
const groupsOfPeople = (people) => [
  ["reached", people.reached],
  ["waiting", people.waiting],
  ...people.not_reached.map((/** @type {any} */ each) => [each.outcome, each.count]),
  ["without_device", people.without_device],
  ["unaccounted", people.unaccounted],
];

/** @param {any} each */
function gateway(each) {
  /** @type {Group[]} */
  const groups = [
    ...each.outcomes.map((/** @type {any} */ outcome) => [outcome.outcome, outcome.count]),
    ["waiting", each.waiting],
  ];
  return h(
    "article",
    { class: "card stack" },
    h("h3", {}, named(say.gateways, each.gateway)),
    bar(groups, each.total),
    sums(groups, each.total),
  );
}

/** A bar whose parts are as long as they are many. @param {Group[]} groups @param {number} whole */
function bar(groups, whole) {
  const parts = groups
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => {
      const part = h("span", { class: `part ${outcome}`, title: `${named(say.outcomes, outcome)}: ${number(count)}` });
      part.style.flexGrow = String(count);
      return part;
    });
  return h("div", { class: "bar", "aria-hidden": "true" }, whole ? parts : null);
}

/** The same in figures, with their sum. @param {Group[]} groups @param {number} whole */
function sums(groups, whole) {
  const shown = groups.filter(([outcome, count]) => count > 0 || outcome === "reached");
  return h(
    "dl",
    { class: "sums" },
    shown.map(([outcome, count]) =>
      h(
        "div",
        {},
        h("dt", {}, h("span", { class: `dot ${outcome}` }), named(say.outcomes, outcome)),
        h("dd", {}, number(count)),
      ),
    ),
    h("div", { class: "sum" }, h("dt", {}, say.sum), h("dd", {}, number(whole))),
  );
}

/** When phones were handed over, per gateway. @param {any} report */
function times(report) {
  const rows = [
    [say.everyGateway, report.hand_over],
    [say.onDuty, report.on_duty],
    ...report.devices.gateways.map((/** @type {any} */ each) => [named(say.gateways, each.gateway), each.hand_over]),
  ].filter(([, spread]) => spread);
  if (!rows.length) return h("p", { class: "muted" }, say.notHanded);
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        [say.gateway, say.first, say.median, say.p99, say.lastOne].map((name) => h("th", { scope: "col" }, name)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map(([name, spread]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, name),
          [spread.first_ms, spread.median_ms, spread.p99_ms, spread.last_ms].map((ms) => h("td", {}, duration(ms))),
        ),
      ),
    ),
  );
}
