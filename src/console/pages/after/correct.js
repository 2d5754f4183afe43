// SPDX-License-Identifier: EUPL-1.2
// Correcting what has been released: other words in each language, a note on what was corrected, and whether phones
// keep quiet about it.

import { get } from "/shared/api.js";
import { confirm, fill, h, say as toast } from "/shared/element.js";
import { language, number } from "/shared/language.js";
import { checklist } from "/console/compose/checklist.js";
import { filledTexts, literalTexts } from "/console/compose/placeholders.js";
import { textChecks, textFields } from "/console/compose/texts.js";
import { troubleOf } from "/console/compose/trouble.js";
import { say as compose } from "/console/compose/words.js";
import { correct } from "/console/desk.js";
import { lockScreens, order } from "/console/lockscreen.js";
import { say as common } from "/console/words.js";
import { effectsOf, effectsOfCorrection } from "./effects.js";
import { say } from "./words.js";

/** In characters; docs/api/announcements.md. */
const LONGEST_NOTE = 200;

/** @typedef {"de" | "en"} Spoken */
/** @typedef {{texts: any, notes: Record<string, string>, silent: boolean}} Begun */

/** What was left without having been sent, by announcement and revision. @type {Map<string, Begun>} */
const left = new Map();

/** @type {import("/console/console.js").Page} */
export async function correctPage(visit, id) {
  const item = await get(`/editorial/announcements/${id}`);
  const back = h("a", { class: "back", href: `#/announcements/${id}` }, say.toBoard);
  if (item.state !== "released") {
    return h("div", { class: "stack narrow" }, back, h("h1", {}, say.correct.heading), h("p", {}, say.correct.notNow));
  }
  /** Where four eyes are needed it is only proposed: another editor lets it take effect. */
  const ways = item.needs_approval ? say.propose : say.correct;
  /** Exactly the languages that it has. */
  const languages = order.filter((spoken) => item.texts[spoken]);
  /** As a correction says what stands there now: its placeholders are filled too. */
  const standing = literalTexts(item.texts);
  const kept = `${id} ${item.revision}`;
  /** @type {Begun} */
  const begun = left.get(kept) ?? {
    texts: structuredClone(standing),
    notes: Object.fromEntries(languages.map((spoken) => [spoken, ""])),
    silent: false,
  };
  left.delete(kept);
  const { texts, notes } = begun;
  let done = false;

  const lock = lockScreens();
  const checks = checklist();
  const trouble = h("div", { "aria-live": "polite" });
  const effects = h("div");
  const button = h("button", { class: "primary" }, ways.yes);

  const changed = () => JSON.stringify(texts) !== JSON.stringify(standing);
  const unsaved = () => !done && (changed() || Object.values(notes).some(Boolean));
  const expiry = item.expires_at && new Date(item.expires_at);
  function draw() {
    lock.draw({ class: item.class, texts: filledTexts(texts, new Date(item.release_at ?? item.released_at), expiry) });
    fill(effects, effectsOf(effectsOfCorrection(item, begun.silent)));
    const { toSave } = checks.draw([
      { what: say.correct.otherWords, lacks: !changed(), at: `title-${languages[0]}` },
      ...languages.flatMap((spoken) => textChecks(spoken, texts[spoken])),
      ...languages.map((spoken) => ({
        what: `${say.correct.note} (${common.languages[spoken]})`,
        lacks: !notes[spoken].trim() || [...notes[spoken].trim()].length > LONGEST_NOTE,
        at: `note-${spoken}`,
      })),
    ]);
    button.disabled = !toSave;
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    fill(trouble);
    const sure = await confirm({
      title: ways.sure,
      text: effectsOf(effectsOfCorrection(item, begun.silent)),
      yes: ways.yes,
      no: common.cancel,
    });
    if (!sure) return;
    button.disabled = true;
    try {
      await correct(item, { texts, note: notes, silent: begun.silent });
      done = true;
      toast(ways.done);
      visit.go(`/announcements/${id}`);
    } catch (error) {
      fill(trouble, troubleOf(error, reload));
      draw();
    }
  }

  /** Shows what stands there now, and forgets what was written. */
  function reload() {
    done = true;
    visit.again();
  }

  const close = (/** @type {BeforeUnloadEvent} */ event) => unsaved() && event.preventDefault();
  addEventListener("beforeunload", close, { signal: visit.signal });
  visit.signal.addEventListener("abort", () => {
    if (!unsaved()) return;
    left.set(kept, begun);
    toast(compose.leftUnsaved);
  });

  const page = h(
    "form",
    { class: "compose", novalidate: true, onsubmit: submit },
    h(
      "div",
      { class: "stack roomy" },
      back,
      h("h1", {}, ways.heading),
      item.needs_approval && h("p", {}, say.propose.explained),
      item.proposed_correction && h("p", {}, say.propose.replaces),
      languages.map((spoken) => textFields(spoken, texts[spoken], draw)),
      languages.map((spoken) => noteField(spoken, notes, draw)),
      silentField(begun.silent, (chosen) => {
        begun.silent = chosen;
        draw();
      }),
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, say.correct.what),
        effects,
        checks.node,
        trouble,
        h("div", { class: "row" }, button),
      ),
    ),
    lock.node,
  );
  draw();
  return page;
}

/** @param {Spoken} spoken @param {Record<string, string>} notes @param {() => void} changed */
function noteField(spoken, notes, changed) {
  const count = h("small");
  const input = h("input", {
    id: `note-${spoken}`,
    lang: spoken,
    oninput: () => {
      notes[spoken] = input.value;
      drawCount();
      changed();
    },
  });
  const drawCount = () => {
    const length = [...notes[spoken].trim()].length;
    count.textContent = common.of(number(length), number(LONGEST_NOTE));
    count.className = length > LONGEST_NOTE ? "over" : "";
  };
  input.value = notes[spoken];
  drawCount();
  const name = `${say.correct.note} (${common.languages[spoken]})`;
  return h(
    "label",
    {},
    h("span", { class: "row" }, h("span", { class: "grow" }, name), count),
    input,
    spoken === language && h("small", {}, say.correct.noteHint),
  );
}

/** @param {boolean} silently @param {(silent: boolean) => void} chosen */
function silentField(silently, chosen) {
  const choice = (/** @type {boolean} */ silent, /** @type {string} */ name, /** @type {string} */ text) =>
    h(
      "label",
      { class: "choice card" },
      h("input", { type: "radio", name: "silent", checked: silent === silently, onchange: () => chosen(silent) }),
      h("span", {}, h("strong", {}, name), h("small", { class: "hint" }, text)),
    );
  return h(
    "fieldset",
    { class: "stack tight" },
    h("legend", {}, say.correct.loudness),
    h(
      "div",
      { class: "row classes" },
      choice(false, say.correct.loud, say.correct.loudText),
      choice(true, say.correct.quiet, say.correct.quietText),
    ),
  );
}
