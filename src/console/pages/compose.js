// SPDX-License-Identifier: EUPL-1.2
// Writing an announcement: the form, and beside it the lock screens, live. What is still missing stands above the
// buttons.

import { all, get, Problem } from "/shared/api.js";
import { fill, h, icon, say as toast } from "/shared/element.js";
import { number } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { audienceField, namesNobody } from "./audience.js";
import { approve, cancelSchedule, release, remove, save, schedule, submit, takeBack, written } from "./desk.js";
import { lockScreens, order } from "./lockscreen.js";
import { timeField } from "./time.js";
import { say } from "./words.js";

/** In characters; docs/api/announcements.md. */
const MOST = { title: 80, push_text: 200, body: 20_000 };
const EMPTY = { title: "", push_text: "", body: "" };

/** @typedef {{id?: string, revision?: number, stored?: string, state: string, release_at?: string, class: string,
 *   audience: import("./audience.js").Audience, texts: {de: any, en: any}}} Work what is on the desk */

/** @type {import("./console.js").Page} */
export async function composePage(visit, id) {
  const [units, choices, groups, known] = await Promise.all([
    get("/org-units"),
    get("/editorial/audience-choices"),
    all("/editorial/groups"),
    id ? get(`/editorial/announcements/${id}`) : null,
  ]);
  if (known && !["draft", "in_review", "scheduled", "held"].includes(known.state)) {
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
  if (known) work.stored = JSON.stringify(written(work));
  const lock = lockScreens();
  const checks = h("ul", { class: "checks" });
  const trouble = h("div", { "aria-live": "polite" });
  const time = timeField(work.release_at, changed, visit.signal);
  const meant = (/** @type {import("./audience.js").Audience} */ audience) => {
    work.audience = audience;
    changed();
  };
  const audience = audienceField(units.items, work.audience, meant, { ...choices, groups });

  function changed() {
    lock.draw({ class: work.class, texts: work.texts });
    const missing = missingIn(work, time.value());
    fill(
      checks,
      Object.entries(missing).map(([name, lacks]) =>
        h("li", { class: lacks ? "missing" : "done" }, icon(lacks ? "missing" : "check"), name),
      ),
    );
    const complete = !Object.entries(missing).some(([name, lacks]) => lacks && name !== say.checks.time);
    buttons.draft.disabled = buttons.submit.disabled = buttons.release.disabled = !complete;
    buttons.schedule.disabled = Object.values(missing).some(Boolean);
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
      const saved = await save(work);
      // From here on it has an id: what is tried again changes this one, and makes no second.
      Object.assign(work, { id: saved.id, revision: saved.revision });
      const done = then ? await then(saved) : saved;
      if (done === null) return; // Thought better of it.
      if (then) return visit.go(`/announcements/${saved.id}`);
      toast(say.saved);
      if (known && saved.needs_approval) return visit.again(); // A change voids the approval.
      history.replaceState(null, "", `#/announcements/${saved.id}/edit`);
    } catch (error) {
      fill(trouble, troubleOf(error, visit));
      trouble.scrollIntoView({ block: "nearest" });
    } finally {
      all.forEach((button) => {
        button.disabled = false;
      });
      changed();
    }
  };

  const buttons = {
    draft: h("button", { type: "button", onclick: act() }, work.state === "draft" ? say.saveDraft : say.save),
    schedule: h(
      "button",
      { class: "primary", onclick: act((saved) => schedule(saved, time.value())) },
      work.state === "draft" ? say.schedule : say.move,
    ),
    submit: h("button", { type: "button", onclick: act(submit), hidden: work.state !== "draft" }, say.submit),
    release: h("button", { type: "button", class: "danger", onclick: act(release) }, say.releaseNow),
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
        h("h1", { class: "grow" }, id ? say.edit : say.new),
        h("span", { class: `tag ${work.state}` }, say.states[/** @type {"draft"} */ (work.state)]),
      ),
      classField(work, changed),
      audience.node,
      order.map((each) => textFields(each, work, changed)),
      time.node,
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, say.checklist),
        checks,
        known && review(known),
        trouble,
        h("div", { class: "row" }, buttons.schedule, buttons.draft, buttons.submit, h("span", { class: "grow" }), buttons.release),
      ),
      known && ways(known, visit, trouble),
    ),
    lock.node,
  );
  changed();
  return page;
}

/** How it stands with the second pair of eyes. @param {any} known */
const review = (known) =>
  known.approval
    ? h("p", { class: "hint" }, icon("check"), " ", say.approved)
    : known.needs_approval && h("p", { class: "hint" }, say.approvalNeeded);

/** What can be done with one that exists. @param {any} known @param {import("./console.js").Visit} visit @param {Element} trouble */
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
    known.state === "scheduled" && way(say.unschedule, () => cancelSchedule(known), `/announcements?state=draft`),
    way(say.remove, () => remove(known), "/announcements"),
  );
}

/** @param {Work} work @param {string | undefined} time @returns {Record<string, boolean>} what it is called, and whether it lacks */
function missingIn(work, time) {
  const begun = order.filter((each) => Object.values(work.texts[each]).some((text) => text.trim()));
  const needed = begun.length ? begun : [order[0]];
  /** @type {Record<string, boolean>} */
  const missing = {};
  for (const each of needed) {
    for (const field of /** @type {const} */ (["title", "push_text", "body"])) {
      const text = work.texts[each][field].trim();
      missing[`${say.checks[field]} (${say.languages[each]})`] = !text || [...text].length > MOST[field];
    }
  }
  missing[say.checks.audience] = namesNobody(work.audience);
  missing[say.checks.time] = !time || new Date(time).getTime() <= Date.now();
  return missing;
}

/** @param {Work} work @param {() => void} changed */
function classField(work, changed) {
  return h(
    "fieldset",
    { class: "stack tight" },
    h("legend", {}, say.class),
    h(
      "div",
      { class: "row classes" },
      Object.entries(say.classes).map(([value, name]) =>
        h(
          "label",
          { class: `choice card ${value}` },
          h("input", {
            type: "radio",
            name: "class",
            checked: work.class === value,
            onchange: () => {
              work.class = value;
              changed();
            },
          }),
          h(
            "span",
            {},
            h("strong", {}, name),
            h("small", { class: "hint" }, say.classTexts[/** @type {"news"} */ (value)]),
          ),
        ),
      ),
    ),
  );
}

/** @param {"de" | "en"} spoken @param {Work} work @param {() => void} changed */
function textFields(spoken, work, changed) {
  const text = work.texts[spoken];
  const field = (
    /** @type {"title" | "push_text" | "body"} */ name,
    /** @type {string} */ label,
    /** @type {number} */ rows,
  ) => {
    const count = h("small");
    const draw = () => {
      const length = [...text[name]].length;
      count.textContent = say.of(number(length), number(MOST[name]));
      count.className = length > MOST[name] ? "over" : "";
    };
    const input = h(rows === 1 ? "input" : "textarea", {
      rows,
      lang: spoken,
      oninput: () => {
        text[name] = input.value;
        draw();
        changed();
      },
    });
    input.value = text[name];
    draw();
    return h("label", {}, h("span", { class: "row" }, h("span", { class: "grow" }, label), count), input);
  };
  return h(
    "fieldset",
    { class: "card stack" },
    h("legend", { class: "tag" }, say.languages[spoken]),
    field("title", say.title, 1),
    field("push_text", say.pushText, 2),
    field("body", say.body, 6),
  );
}

/** @param {unknown} error @param {import("./console.js").Visit} visit */
function troubleOf(error, visit) {
  const conflict = error instanceof Problem && error.is("revision-conflict");
  if (!conflict) return problem(error);
  return h(
    "div",
    { class: "problem stack", role: "alert" },
    h("p", {}, say.conflict),
    h("div", {}, h("button", { type: "button", onclick: visit.again }, say.reload)),
  );
}
