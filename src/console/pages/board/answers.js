// SPDX-License-Identifier: EUPL-1.2
// The answers as they come.

import { h } from "/shared/element.js";
import { tallyOf } from "/console/question/tally.js";
import { say } from "/console/question/words.js";

/** @type {import("./index.js").Part} */
export const answers = (_report, item, given) =>
  given && tallyOf(given, h("a", { class: "button", href: `#/announcements/${item.id}/answers` }, say.page));
