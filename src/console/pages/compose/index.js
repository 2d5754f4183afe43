// SPDX-License-Identifier: EUPL-1.2
// Writing an announcement: the form, and beside it the lock screens, live. What is still missing stands above the
// buttons.
//
// The form is made of sections, one module each. A section shows a part of the work, says what of it is still
// missing, and what of it is to be saved; whoever adds one adds a file and a line in `SECTIONS`.

import { get } from "/shared/api.js";
import { fill, h, say as toast } from "/shared/element.js";
import { approve, cancelSchedule, release, remove, save, schedule, submit, takeBack } from "/console/desk.js";
import { lockScreens } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { checklist } from "./checklist.js";
import { recipients } from "./recipients.js";
import { texts } from "./texts.js";
import { troubleOf } from "./trouble.js";
import { urgency } from "./urgency.js";
import { time } from "./when.js";
import { say } from "./words.js";

/** @typedef {{id?: string, revision?: number, stored?: string, state: string, release_at?: string, class: string,
 *   audience: import("/console/audience.js").Audience, texts: {de: any, en: any}} & Record<string, any>} Work
 *   what is on the desk: an announcement as the server has it, and as the sections change it */
/** @typedef {{work: Work, known: any, changed: () => void, visit: import("/console/console.js").Visit}} Desk
 *   `known`: as it is stored, or nothing; `changed`: to be called whenever something about the work has changed */
/** @typedef {{what: string, lacks: boolean, later?: boolean}} Check
 *   one line of the checklist; `later`: needed to schedule, but not to save or to release at once */
/** @typedef {{node: Element | Element[], checks?: () => Check[], written?: () => Record<string, any>,
 *   keep?: (saved: any) => Promise<any>}} Section
 *   `written`: its fields of the request that saves; `keep`: what it saves by a request of its own, after that one;
 *   it answers with the announcement as it then is */
/** @typedef {(desk: Desk) => Section | Promise<Section>} MakeSection */

/** In the order in which they stand. @type {MakeSection[]} */
const SECTIONS = [urgency, recipients, texts, time];

const EMPTY = { title: "", push_text: "", body: "" };

/** @type {import("/console/console.js").Page} */
export async function composePage(visit, id) {
  const known = id ? await get(`/editorial/announcements/${id}`) : null;
  if (known && !["draft", "in_review", "scheduled"].includes(known.state)) {
    visit.go(`/announcements/${id}`);
    return h("p");
  }
  /** @type {Work} */
  const work = {
    state: "draft",
    class: "news",
    audience: { kind: "everybody" },
    ...known,
    texts: { de: { ...EMPTY, ...known?.texts.de }, en: { ...EMPTY, ...known?.texts.en } },
  };
  const lock = lockScreens();
  const checks = checklist();
  const trouble = h("div", { "aria-live": "polite" });
  /** @type {Section[]} */
  let sections = [];
  const changed = () => sections.length && draw();
  sections = await Promise.all(SECTIONS.map((make) => make({ work, known, changed, visit })));
  const written = () => Object.assign({}, ...sections.map((section) => section.written?.()));
  if (known) work.stored = JSON.stringify(written());

  function draw() {
    lock.draw({ class: work.class, texts: work.texts });
    const { whole, timed } = checks.draw(sections.flatMap((section) => section.checks?.() ?? []));
    buttons.draft.disabled = buttons.submit.disabled = buttons.release.disabled = !whole;
    buttons.schedule.disabled = !timed;
  }

  /** Saves what has changed. From then on it has an id: what is tried again changes this one, and makes no second. */
  async function keep() {
    let saved = await save(work, written());
    Object.assign(work, { id: saved.id, revision: saved.revision });
    for (const section of sections) {
      saved = (await section.keep?.(saved)) ?? saved;
      work.revision = saved.revision;
    }
    return saved;
  }

  /** Saves, does the next thing, and says what went wrong. @param {((saved: any) => Promise<any>)} [then] */
  const act = (then) => async (/** @type {Event} */ event) => {
    event.preventDefault();
    const all = Object.values(buttons);
    all.forEach((button) => {
      button.disabled = true;
    });
    fill(trouble);
    try {
      const saved = await keep();
      const done = then ? await then(saved) : saved;
      if (done === null) return; // Thought better of it.
      if (then) return visit.go(`/announcements/${saved.id}`);
      toast(common.saved);
      if (known && saved.needs_approval) return visit.again(); // A change voids the approval.
      history.replaceState(null, "", `#/announcements/${saved.id}/edit`);
    } catch (error) {
      fill(trouble, troubleOf(error, visit));
      trouble.scrollIntoView({ block: "nearest" });
    } finally {
      all.forEach((button) => {
        button.disabled = false;
      });
      draw();
    }
  };

  const buttons = {
    draft: h("button", { type: "button", onclick: act() }, work.state === "draft" ? say.saveDraft : common.save),
    schedule: h(
      "button",
      { class: "primary", onclick: act((saved) => schedule(saved, work.chosenTime)) },
      work.state === "draft" ? say.schedule : common.move,
    ),
    submit: h("button", { type: "button", onclick: act(submit), hidden: work.state !== "draft" }, say.submit),
    release: h("button", { type: "button", class: "danger", onclick: act(release) }, common.releaseNow),
  };

  const page = h(
    "form",
    { class: "compose", novalidate: true, onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    h(
      "div",
      { class: "stack roomy" },
      h(
        "div",
        { class: "row" },
        h("h1", { class: "grow" }, id ? common.edit : common.new),
        h("span", { class: `tag ${work.state}` }, common.states[/** @type {"draft"} */ (work.state)]),
      ),
      sections.flatMap((section) => section.node),
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, say.checklist),
        checks.node,
        known && review(known),
        trouble,
        h("div", { class: "row" }, buttons.schedule, buttons.draft, buttons.submit, h("span", { class: "grow" }), buttons.release),
      ),
      known && ways(known, visit, trouble),
    ),
    lock.node,
  );
  draw();
  return page;
}

/** How it stands with the second pair of eyes. @param {any} known */
const review = (known) =>
  known.approval
    ? h("p", { class: "hint" }, say.approved)
    : known.needs_approval && h("p", { class: "hint" }, say.approvalNeeded);

/** What can be done with one that exists. @param {any} known @param {import("/console/console.js").Visit} visit @param {Element} trouble */
function ways(known, visit, trouble) {
  const way = (/** @type {string} */ name, /** @type {() => Promise<any>} */ go, /** @type {string} */ then) =>
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () =>
          go().then(
            (done) => done !== null && visit.go(then),
            (error) => fill(trouble, troubleOf(error, visit)),
          ),
      },
      name,
    );
  return h(
    "div",
    { class: "row" },
    known.state === "in_review" &&
      !known.approval &&
      way(say.approve, () => approve(known), `/announcements/${known.id}`),
    known.state === "in_review" && way(say.takeBack, () => takeBack(known), `/announcements/${known.id}`),
    known.state === "scheduled" && way(common.unschedule, () => cancelSchedule(known), `/announcements?state=draft`),
    way(common.remove, () => remove(known), "/announcements"),
  );
}
