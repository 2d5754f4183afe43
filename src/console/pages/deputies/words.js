// SPDX-License-Identifier: EUPL-1.2
// What is said about deputies.

import { words } from "/shared/language.js";

const de = {
  rule: "Wer unterrichtet wird, wenn aus einer Dienststelle nicht alle antworten. Eine Dienststelle ohne eigene Vertretung hat die der nächsten Stelle darüber. Jede Änderung steht im Protokoll.",
  change: "Ändern",
  none: "Keine eigene Vertretung",
  nobody: "Niemand",
  asAbove: (/** @type {string} */ unit) => `Wie ${unit}`,
};

/** @type {typeof de} */
const en = {
  rule: "Who is told when not everybody of an office answers. An office without a deputy of its own has that of the nearest office above it. Each change is in the audit log.",
  change: "Change",
  none: "No deputy of its own",
  nobody: "Nobody",
  asAbove: (unit) => `As for ${unit}`,
};

export const say = words({ de, en });
