// SPDX-License-Identifier: EUPL-1.2
// What is said where something released is corrected or withdrawn.

import { words } from "/shared/language.js";

const de = {
  toBoard: "Zurück zum Zustellbericht",
  fields: { title: "Titel", push_text: "Sperrbildschirm", body: "Ganzer Text" },
  propose: {
    heading: "Berichtigung vorschlagen",
    explained:
      "Diese Mitteilung brauchte eine Freizeichnung; ihre Berichtigung braucht sie auch. Bis dahin ändert sich nichts.",
    replaces: "Es wartet schon ein Vorschlag. Ihrer tritt an seine Stelle.",
    sure: "Berichtigung vorschlagen? Sobald jemand anderes sie freizeichnet:",
    yes: "Zur Freizeichnung vorschlagen",
    done: "Vorgeschlagen.",
  },
  proposal: {
    heading: "Eine Berichtigung wartet",
    approve: "Freizeichnen und senden",
    drop: "Ablehnen",
    takeBack: "Vorschlag zurücknehmen",
    own: "Das ist Ihr Vorschlag; freizeichnen muss ihn jemand anderes aus der Redaktion. Schicken Sie den Link dieser Seite.",
  },
  inApp: "In der App",
  onPhones: "Auf den Telefonen",
  atPress: "Bei der Presse",
  noPress: "Nichts: die Presse wurde nicht bedient.",
  withdraw: {
    title: "Mitteilung zurückziehen?",
    yes: "Zurückziehen",
    app: "Sie ist weg. Niemand kann sie mehr lesen.",
    phones:
      "Sie verschwindet vom Sperrbildschirm, sobald das Telefon erreichbar ist. Wer sie gelesen hat, hat sie gelesen.",
    press:
      "Die Webseite der Stadt wird unterrichtet; von der Presseseite und aus ihren Feeds ist sie weg. Verschickte E-Mails lassen sich nicht zurückholen.",
  },
  correct: {
    heading: "Berichtigen",
    notNow: "Berichtigen lässt sich nur, was gesendet und nicht zurückgezogen ist.",
    otherWords: "Ein anderer Text als bisher",
    note: "Was wurde berichtigt?",
    noteHint: "Steht in der App neben der Mitteilung, etwa: „Uhrzeit berichtigt.“",
    loudness: "Wie kommt die Berichtigung an?",
    loud: "Wie die Mitteilung",
    loudText: "So laut, wie ihre Dringlichkeit es vorsieht.",
    quiet: "Leise",
    quietText: "Ohne Ton, und ohne jemanden zu wecken. Für Tippfehler.",
    what: "Was geschieht",
    app: "Der neue Text ersetzt den alten sofort. Daneben steht „Berichtigt“ mit Ihrem Vermerk.",
    phones: {
      news: "Die Mitteilung auf dem Sperrbildschirm wird ersetzt, ohne Ton.",
      important: "Die Mitteilung auf dem Sperrbildschirm wird ersetzt, mit Ton.",
      alert: "Die Mitteilung auf dem Sperrbildschirm wird ersetzt, mit Ton, auch bei „Nicht stören“.",
    },
    phonesQuiet: "Die Mitteilung auf dem Sperrbildschirm wird ersetzt, ohne Ton.",
    press:
      "Die Webseite der Stadt und die Presseliste bekommen die Berichtigung; die Presseseite zeigt den neuen Text.",
    sure: "Berichtigung jetzt senden?",
    yes: "Berichtigung senden",
    done: "Berichtigt.",
  },
  versions: {
    heading: "Fassungen",
    never: "Nie berichtigt.",
    first: "Erste Fassung",
    corrected: (/** @type {string} */ n) => `Berichtigung, Fassung ${n}`,
    silent: "leise",
    approvedBy: "Freigezeichnet von",
  },
};

/** @type {typeof de} */
const en = {
  toBoard: "Back to the release report",
  fields: { title: "Title", push_text: "Lock screen", body: "Whole text" },
  propose: {
    heading: "Propose a correction",
    explained: "This announcement needed an approval; its correction needs one too. Until then nothing changes.",
    replaces: "A proposal waits already. Yours takes its place.",
    sure: "Propose the correction? Once another editor approves it:",
    yes: "Propose for approval",
    done: "Proposed.",
  },
  proposal: {
    heading: "A correction waits",
    approve: "Approve and send",
    drop: "Refuse",
    takeBack: "Take the proposal back",
    own: "This is your proposal; another editor must approve it. Send the link of this page.",
  },
  inApp: "In the app",
  onPhones: "On the phones",
  atPress: "At the press",
  noPress: "Nothing: the press was not served.",
  withdraw: {
    title: "Withdraw the announcement?",
    yes: "Withdraw",
    app: "It is gone. Nobody can read it any more.",
    phones: "It disappears from the lock screen as soon as the phone can be reached. Whoever has read it has read it.",
    press:
      "The city's web site is told; from the press page and its feeds it is gone. Mails that were sent can't be taken back.",
  },
  correct: {
    heading: "Correct",
    notNow: "Only what is sent and not withdrawn can be corrected.",
    otherWords: "Other words than before",
    note: "What was corrected?",
    noteHint: "Stands beside the announcement in the app, for example: “Time corrected.”",
    loudness: "How does the correction arrive?",
    loud: "Like the announcement",
    loudText: "As loud as its urgency has it.",
    quiet: "Quietly",
    quietText: "Without a sound, and without waking anybody. For misprints.",
    what: "What happens",
    app: "The new words take the place of the old at once. “Corrected” stands beside them, with your note.",
    phones: {
      news: "The notification on the lock screen is replaced, without a sound.",
      important: "The notification on the lock screen is replaced, with a sound.",
      alert: "The notification on the lock screen is replaced, with a sound, “do not disturb” or not.",
    },
    phonesQuiet: "The notification on the lock screen is replaced, without a sound.",
    press: "The city's web site and the press list get the correction; the press page shows the new words.",
    sure: "Send the correction now?",
    yes: "Send the correction",
    done: "Corrected.",
  },
  versions: {
    heading: "Versions",
    never: "Never corrected.",
    first: "First version",
    corrected: (n) => `Correction, version ${n}`,
    silent: "quietly",
    approvedBy: "Approved by",
  },
};

export const say = words({ de, en });
