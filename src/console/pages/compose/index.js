// SPDX-License-Identifier: EUPL-1.2
// Writing an announcement: the form, and beside it the lock screens, live. What is still missing stands above the
// buttons.
//
// The form is made of sections, one module each. A section shows a part of the work, says what of it is still
// missing, and what of it is to be saved; whoever adds one adds a file and a line in `SECTIONS`.

import { get } from "/shared/api.js";
import { fill, h, say as toast } from "/shared/element.js";
import { instantOf } from "/console/clocks.js";
import { cancelSchedule, change, draft, release, remove, submit } from "/console/desk.js";
import { lockScreens } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { attachments } from "./attachments.js";
import { checklist } from "./checklist.js";
import { ends } from "./ends.js";
import { filledTexts } from "./placeholders.js";
import { press } from "./press.js";
import { recipients } from "./recipients.js";
import { needsApproval, review } from "./review.js";
import { texts } from "./texts.js";
import { troubleOf } from "./trouble.js";
import { urgency } from "./urgency.js";
import { question } from "/console/question/section.js";
import { scheduleAt, time } from "./when.js";
import { say } from "./words.js";

/** @typedef {{state: string, release_at?: string, class: string, texts: {de: any, en: any},
 *   audience: import("/console/audience/choices.js").Audience} & Record<string, any>} Work
 *   an announcement as the server has it, and as the sections change it */
/** @typedef {{work: Work, known: any, visit: import("/console/console.js").Visit, changed: () => void,
 *   unsaved: () => boolean, go: (action: () => Promise<any>) => Promise<void>}} Desk
 *   `known`: as it is stored, or nothing; `changed`: to be called whenever something about the work has changed;
 *   `unsaved`: whether the work differs from what is stored; `go`: does something that answers with the announcement
 *   as it then is (null: thought better of it), and shows that or what went wrong */
/** @typedef {{what: string, lacks: boolean, needed?: "release" | "schedule", at?: string}} Check
 *   one line of the checklist. `needed`: not to save a draft, but to release or schedule it, or to schedule it alone;
 *   `at`: the id of the field to jump to */
/** @typedef {{node: Element | Element[], checks?: () => Check[], written?: () => Record<string, any>,
 *   changes?: () => boolean, first?: () => boolean, keep?: (saved: any) => Promise<any>, draw?: () => void}} Section
 *   `written`: its fields of the request that saves; `changes`, `keep`: whether there is anything that it saves by a
 *   request of its own, after that one (or before it: `first`), and doing so; `draw`: shows anew what depends on other sections */
/** @typedef {(desk: Desk) => Section | Promise<Section>} MakeSection */

/** In the order in which they stand. @type {MakeSection[]} */
const SECTIONS = [urgency, recipients, texts, attachments, question, press, time, ends, review];

const UNRELEASED = ["draft", "in_review", "scheduled", "held"];
const EMPTY = { title: "", push_text: "", body: "" };

/** What was left without having been saved, to go on with. @type {Map<string, {work: Work, known: any, saved: any}>} */
const left = new Map();

/** @type {import("/console/console.js").Page} */
export async function composePage(visit, id) {
  const stored = id ? await get(`/editorial/announcements/${id}`) : null;
  if (stored && !UNRELEASED.includes(stored.state)) {
    visit.go(`/announcements/${id}`);
    return h("p");
  }
  const again = left.get(id);
  left.delete(id);
  const lock = lockScreens();
  const checks = checklist();
  const trouble = h("div", { "aria-live": "polite" });
  const heading = h("div", { class: "row" });
  const ways = h("div", { class: "row" });
  /** @type {Section[]} */
  let sections = [];
  let forgotten = false;
  /** Something is being done, and nothing else until that has an end: who types meanwhile makes no second draft. */
  let busy = false;
  /** The fields as they are stored. @type {Record<string, any>} */
  let saved = again?.saved ?? {};
  const written = () => Object.assign({}, ...sections.map((section) => section.written?.()));
  const differing = () =>
    Object.entries(written()).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(saved[name]));

  /** @type {Desk} */
  const desk = {
    work: again?.work ?? workOf(stored),
    known: again?.known ?? stored,
    visit,
    changed: () => sections.length && draw(),
    unsaved: () => differing().length > 0 || sections.some((section) => section.changes?.()),
    go,
  };
  const { work } = desk;
  sections = await Promise.all(SECTIONS.map((make) => make(desk)));
  if (!again) saved = structuredClone(written());

  /** @param {() => Promise<any>} action */
  async function go(action) {
    if (busy) return;
    busy = true;
    draw();
    fill(trouble);
    try {
      const done = await action();
      if (done) stands(done);
    } catch (error) {
      fill(trouble, troubleOf(error, reload));
      trouble.scrollIntoView({ block: "nearest" });
    } finally {
      busy = false;
      draw();
    }
  }

  /** Shows what is stored, and forgets what is not. */
  function reload() {
    forgotten = true;
    visit.again();
  }

  /** From here on it is known like this. @param {any} announcement */
  function stands(announcement) {
    const first = !desk.known;
    desk.known = announcement;
    work.state = announcement.state;
    if (first) history.replaceState(null, "", `#/announcements/${announcement.id}/edit`);
  }

  /** Saves what has changed. Where nothing has, nothing is sent: a change would void an approval. */
  async function keep() {
    const body = structuredClone(written());
    const changes = differing();
    for (const section of sections) if (section.first?.()) stands(await section.keep?.(desk.known));
    if (!desk.known) stands(await draft(body));
    else if (changes.length) stands(await change(desk.known, Object.fromEntries(changes)));
    saved = body;
    for (const section of sections) if (section.changes?.()) stands(await section.keep?.(desk.known));
    return desk.known;
  }

  /** Saves, and then does this. @param {(saved: any) => Promise<any>} then @param {string} [said] */
  const act = (then, said) => (/** @type {Event} */ event) => {
    event.preventDefault();
    return go(async () => {
      const done = await then(await keep());
      if (done && said) toast(said);
      if (done && !said) visit.go(`/announcements/${done.id}`);
      return done;
    });
  };

  /** None of them is the form's own: Enter in a field plans and sends nothing. */
  const buttons = {
    schedule: h("button", { type: "button", class: "primary", onclick: act((saved) => scheduleAt(saved, work.shownTime)) }),
    draft: h("button", { type: "button", onclick: act(async (saved) => saved, common.saved) }),
    submit: h("button", { type: "button", onclick: act(submit, say.submitted) }, say.submit),
    release: h("button", { type: "button", class: "danger", onclick: act(release) }, common.releaseNow),
  };

  function draw() {
    const release = work.shownTime ? instantOf(work.shownTime) : undefined;
    const expiry = work.expires_at ? new Date(work.expires_at) : undefined;
    lock.draw({ class: work.class, texts: filledTexts(work.texts, release, expiry) });
    const { toSave, toRelease, toSchedule } = checks.draw(sections.flatMap((section) => section.checks?.() ?? []));
    buttons.draft.disabled = buttons.submit.disabled = busy || !toSave;
    buttons.release.disabled = busy || !toRelease;
    buttons.schedule.disabled = busy || !toSchedule;
    buttons.submit.hidden = work.state !== "draft";
    buttons.submit.classList.toggle("primary", needsApproval(desk));
    buttons.schedule.classList.toggle("primary", buttons.submit.hidden || !needsApproval(desk));
    buttons.draft.textContent = work.state === "draft" ? say.saveDraft : common.save;
    buttons.schedule.textContent = work.state === "scheduled" ? common.move : say.schedule;
    fill(
      heading,
      h("h1", { class: "grow" }, desk.known ? common.edit : common.new),
      h("span", { class: `tag ${work.state}` }, common.states[/** @type {"draft"} */ (work.state)]),
    );
    fill(ways, waysOf(desk));
    for (const section of sections) section.draw?.();
  }

  const close = (/** @type {BeforeUnloadEvent} */ event) => desk.unsaved() && event.preventDefault();
  addEventListener("beforeunload", close, { signal: visit.signal });
  visit.signal.addEventListener("abort", () => {
    if (forgotten || !desk.unsaved() || !UNRELEASED.includes(work.state)) return;
    left.set(desk.known?.id ?? "", { work, known: desk.known, saved });
    toast(say.leftUnsaved);
  });

  const page = h(
    "form",
    { class: "compose", novalidate: true, onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    h(
      "div",
      { class: "stack roomy" },
      heading,
      again &&
        h(
          "div",
          { class: "card row", role: "status" },
          h("p", { class: "grow" }, say.foundUnsaved),
          h("button", { type: "button", onclick: reload }, say.forget),
        ),
      sections.flatMap((section) => section.node),
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, say.checklist),
        checks.node,
        trouble,
        h(
          "div",
          { class: "row" },
          buttons.schedule,
          buttons.draft,
          buttons.submit,
          h("span", { class: "grow" }),
          buttons.release,
        ),
      ),
      ways,
    ),
    lock.node,
  );
  draw();
  return page;
}

/** @param {any} stored @returns {Work} */
const workOf = (stored) => ({
  state: "draft",
  class: "news",
  audience: { kind: "everybody" },
  ...stored,
  texts: { de: { ...EMPTY, ...stored?.texts.de }, en: { ...EMPTY, ...stored?.texts.en } },
});

/** What else can be done with one that is stored. @param {Desk} desk */
function waysOf({ known, work, go, visit }) {
  if (!known) return null;
  const way = (/** @type {string} */ name, /** @type {() => Promise<any>} */ action) =>
    h("button", { type: "button", class: "quiet", onclick: () => go(action) }, name);
  const gone = async () => {
    const sure = await remove(known);
    if (sure !== null) {
      work.state = "deleted";
      visit.go("/announcements");
    }
  };
  return [
    ["scheduled", "held"].includes(known.state) && way(common.unschedule, () => cancelSchedule(known)),
    way(common.remove, gone),
  ];
}
