// SPDX-License-Identifier: EUPL-1.2
// Taking back what has been released.

import { confirm } from "/shared/element.js";
import { discard } from "/console/desk.js";
import { say as common } from "/console/words.js";
import { effectsOf, effectsOfWithdrawal } from "./effects.js";
import { say } from "./words.js";

/** Withdraws it, if the editor is sure; null if not. @param {any} item */
export async function withdraw(item) {
  const sure = await confirm({
    title: say.withdraw.title,
    text: effectsOf(effectsOfWithdrawal(item)),
    yes: say.withdraw.yes,
    no: common.cancel,
    danger: true,
  });
  return sure ? discard(item) : null;
}
