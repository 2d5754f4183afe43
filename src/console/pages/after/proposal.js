// SPDX-License-Identifier: EUPL-1.2
// A correction that waits for another editor: what it says, whose it is, and what the one who looks can do with it.

import { confirm, fill, h, once } from "/shared/element.js";
import { language } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { approveCorrection, dropCorrection } from "/console/desk.js";
import { stepOf } from "/console/who.js";
import { say as common } from "/console/words.js";
import { wordings } from "./difference.js";
import { effectsOf, effectsOfCorrection } from "./effects.js";
import { say } from "./words.js";

/** Nothing, if none waits. @param {any} item @param {import("/console/console.js").Visit} visit */
export function proposalOf(item, visit) {
  const proposal = item.proposed_correction;
  if (!proposal || item.state !== "released") return null;
  const own = proposal.proposed.by === visit.me.id;
  const trouble = h("div", { "aria-live": "polite" });
  const way = (/** @type {string} */ name, /** @type {string} */ look, /** @type {() => Promise<any>} */ go) =>
    h(
      "button",
      {
        class: look,
        onclick: (/** @type {any} */ { currentTarget }) =>
          once([currentTarget], go).then(
            (done) => done !== null && visit.again(),
            (error) => fill(trouble, problem(error, visit.again)),
          ),
      },
      name,
    );
  const approve = async () => {
    const sure = await confirm({
      title: say.correct.sure,
      text: effectsOf(effectsOfCorrection(item, proposal.silent)),
      yes: say.proposal.approve,
      no: common.cancel,
    });
    return sure ? approveCorrection(item) : null;
  };
  return h(
    "section",
    { class: "card stack" },
    h("h2", {}, say.proposal.heading),
    h("p", { class: "muted" }, stepOf(proposal.proposed), proposal.silent && ` · ${say.versions.silent}`),
    h("p", {}, h("strong", {}, proposal.note[language] ?? Object.values(proposal.note)[0])),
    wordings(proposal.texts, item.texts),
    own && h("p", {}, say.proposal.own),
    trouble,
    h(
      "div",
      { class: "row" },
      !own && way(say.proposal.approve, "primary", approve),
      way(own ? say.proposal.takeBack : say.proposal.drop, "", () => dropCorrection(item)),
    ),
  );
}
