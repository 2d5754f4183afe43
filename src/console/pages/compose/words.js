// SPDX-License-Identifier: EUPL-1.2
// What is said where an announcement is written.

import { words } from "/shared/language.js";

const de = {
  classTexts: {
    news: "Leise, ohne Ton.",
    important: "Mit Ton, auf dem Sperrbildschirm.",
    alert: "Durchbricht auch „Nicht stören“, wo das Telefon es erlaubt.",
  },
  class: "Wie dringend?",
  title: "Titel",
  pushText: "Text auf dem Sperrbildschirm",
  body: "Ganzer Text in der App",
  of: (/** @type {string} */ n, /** @type {string} */ most) => `${n} von ${most} Zeichen`,
  checklist: "Vor dem Senden",
  checks: {
    title: "Titel",
    push_text: "Text für den Sperrbildschirm",
    body: "Ganzer Text",
    audience: "Empfänger",
    time: "Zeitpunkt in der Zukunft",
  },
  when: "Wann? (T)",
  whenHint: (/** @type {string} */ zone) => `Ortszeit, ${zone}`,
  saveDraft: "Als Entwurf sichern",
  submit: "Zur Prüfung geben",
  takeBack: "Aus der Prüfung nehmen",
  approve: "Freizeichnen",
  approved: "Freigezeichnet. Jede Änderung außer am Zeitpunkt hebt das auf.",
  approvalNeeded: "Vor dem Planen oder Senden muss jemand anderes aus der Redaktion freizeichnen.",
  schedule: "Auf T planen",
  conflict:
    "Jemand anderes war schneller. Ihr Text steht noch hier: kopieren Sie, was Sie brauchen, und laden Sie neu.",
  reload: "Neu laden",
};

/** @type {typeof de} */
const en = {
  classTexts: {
    news: "Quiet, without a sound.",
    important: "With a sound, on the lock screen.",
    alert: "Breaks through “do not disturb” where the phone allows it.",
  },
  class: "How urgent?",
  title: "Title",
  pushText: "Text on the lock screen",
  body: "Whole text in the app",
  of: (n, most) => `${n} of ${most} characters`,
  checklist: "Before sending",
  checks: {
    title: "Title",
    push_text: "Text for the lock screen",
    body: "Whole text",
    audience: "Recipients",
    time: "A time in the future",
  },
  when: "When? (T)",
  whenHint: (zone) => `Local time, ${zone}`,
  saveDraft: "Save as draft",
  submit: "Submit for review",
  takeBack: "Take back from review",
  approve: "Approve",
  approved: "Approved. Any change but of the time voids that.",
  approvalNeeded: "Another editor must approve it before it is scheduled or sent.",
  schedule: "Schedule for T",
  conflict: "Somebody else was faster. Your text still stands here: copy what you need, then reload.",
  reload: "Reload",
};

export const say = words({ de, en });
