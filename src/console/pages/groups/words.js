// SPDX-License-Identifier: EUPL-1.2
// What is said about groups.

import { words } from "/shared/language.js";

const de = {
  new: "Neue Gruppe",
  all: "Alle Gruppen",
  rule: "Eine Gruppe ist eine Regel, keine Namensliste: wer dazukommt oder geht, ist von selbst dabei oder nicht mehr.",
  none: "Noch keine Gruppe. Wer oft an dieselben Menschen schreibt, sichert sie hier unter einem Namen.",
  changing: "Was schon geplant ist, meint weiter, wen es meinte. Neue Mitteilungen meinen die geänderte Gruppe.",
  removeTitle: (/** @type {string} */ name) => `Gruppe „${name}“ löschen?`,
  removeText: "Keine Mitteilung ändert sich dadurch; nur der Name verschwindet aus der Auswahl.",
  removed: "Gelöscht.",
};

/** @type {typeof de} */
const en = {
  new: "New group",
  all: "All groups",
  rule: "A group is a rule, not a list of names: whoever joins or leaves is in it, or no longer, by themselves.",
  none: "No group yet. If you often write to the same people, keep them here under a name.",
  changing: "What is scheduled already keeps meaning whom it meant. New announcements mean the changed group.",
  removeTitle: (name) => `Delete the group “${name}”?`,
  removeText: "No announcement is changed by this; only the name disappears from what can be chosen.",
  removed: "Deleted.",
};

export const say = words({ de, en });
