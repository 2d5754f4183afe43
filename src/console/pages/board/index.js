// SPDX-License-Identifier: EUPL-1.2
// The release board: a clock that is read from three metres, how many phones were reached when, when the press was
// served, and what became of everybody. It has an address of its own and can stand on a screen in the press office.
//
// It is made of parts, one module each: a part makes something of the release report, or nothing.

import { get, serverNow } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { language, precise } from "/shared/language.js";
import { inOneLine } from "/shared/problem.js";
import { proposalOf } from "/console/after/proposal.js";
import { clockOf, everySecond } from "/console/time.js";
import { stepOf } from "/console/who.js";
import { say as common } from "/console/words.js";
import { answers } from "./answers.js";
import { beforeT } from "./before.js";
import { curve } from "./curve.js";
import { gateways } from "./gateways.js";
import { headline, people } from "./people.js";
import { press } from "./press.js";
import { times } from "./times.js";
import { asFiles, waysOf } from "./ways.js";
import { say } from "./words.js";

/** @typedef {(report: any, item: any, answers: any) => Element | null} Part `answers`: if it asks for any */

/** In the order in which they stand. @type {Part[]} */
const PARTS = [headline, answers, curve, people, press, gateways, times];

/** How often the board asks, in ms: while phones are being reached, and later. */
const SOON = 1000;
const WHILE_ANSWERING = 3000;
const LATER = 10_000;

/** @type {import("/console/console.js").Page} */
export async function boardPage(visit, id) {
  let item = await get(`/editorial/announcements/${id}`);
  const isOnDesk = () => ["draft", "in_review", "held"].includes(item.state);
  if (isOnDesk()) {
    visit.go(`/announcements/${id}/edit`);
    return h("p");
  }
  const clock = h("p", { class: "clock", role: "timer" });
  const outcome = h("div", { class: "outcome", "aria-live": "off" });
  /** Of what an editor has done here; what goes wrong in looking is told beside it, and goes by itself. */
  const trouble = h("div", { "aria-live": "polite" });
  const lost = h("div", { "aria-live": "polite" });
  const head = h("header", { class: "stack tight" });
  let shown = "";

  function drawHead() {
    fill(head, headOf(item), h("div", { class: "row ways" }, waysOf(item, visit, trouble)), proposalOf(item, visit));
  }

  async function follow() {
    if (visit.signal.aborted) return;
    let pause = SOON;
    try {
      pause = await look();
      fill(lost);
    } catch (error) {
      fill(lost, h("p", { class: "problem" }, inOneLine(error)));
      pause = LATER;
    }
    setTimeout(follow, pause);
  }

  /** Asks for what is new, shows it, and says when to ask again. */
  async function look() {
    await lookAtItem();
    if (isOnDesk()) {
      if (!visit.signal.aborted) visit.go(`/announcements/${id}/edit`);
      return LATER;
    }
    if (item.state === "scheduled") {
      const left = new Date(item.release_at).getTime() - serverNow();
      draw(await beforeT(item, left));
      return left > LATER + SOON ? LATER : SOON;
    }
    const report = await get(`/editorial/announcements/${id}/report`);
    const given = item.question ? await get(`/editorial/announcements/${id}/answers`) : null;
    const now = JSON.stringify([report, given]);
    // What has not changed stays: it may just be read out, or marked.
    if (now !== shown) draw([...PARTS.map((part) => part(report, item, given)), asFiles(item, trouble)]);
    shown = now;
    if (!report.complete) return SOON;
    return given?.is_open ? WHILE_ANSWERING : LATER;
  }

  /** Others move it, correct it and withdraw it too. What has not changed stays: it may just be tapped. */
  async function lookAtItem() {
    const before = JSON.stringify(item);
    item = await get(`/editorial/announcements/${id}`);
    if (JSON.stringify(item) !== before) drawHead();
  }

  /** @param {(Element | null)[]} parts */
  const draw = (parts) => fill(outcome, parts);

  drawHead();
  everySecond(() => {
    const t = item.released_at ?? item.release_at;
    clock.textContent = t ? clockOf(t) : "";
    clock.classList.toggle("days", clock.textContent.length > 9);
  }, visit.signal);
  follow();
  return h(
    "div",
    { class: "board stack" },
    h("a", { class: "back", href: "#/announcements" }, say.allBoards),
    head,
    trouble,
    lost,
    clock,
    outcome,
  );
}

/** @param {any} item */
function headOf(item) {
  const text = item.texts[language] ?? item.texts.de ?? item.texts.en;
  return [
    h(
      "div",
      { class: "row" },
      h("span", { class: `tag ${item.state}` }, common.states[/** @type {"draft"} */ (item.state)]),
      item.class !== "news" &&
        h("span", { class: `tag ${item.class}` }, common.classes[/** @type {"alert"} */ (item.class)]),
      item.corrected && h("a", { class: "tag scheduled", href: `#/announcements/${item.id}/versions` }, say.corrected),
    ),
    h("h1", {}, text?.title ?? common.untitled),
    h(
      "p",
      { class: "muted" },
      `${say.at}: `,
      h("time", { datetime: item.release_at }, precise(item.released_at ?? item.release_at)),
    ),
    item.withdrawn && h("p", {}, `${common.states.withdrawn}: `, stepOf(item.withdrawn)),
  ];
}
