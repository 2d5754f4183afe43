// SPDX-License-Identifier: EUPL-1.2
// The second pair of eyes: how it stands, who has done what and when, and what the one who looks can do now. Whoever
// may not approve is told why, and whom to send the link.

import { fill, h, icon, say as toast } from "/shared/element.js";
import { number } from "/shared/language.js";
import { approve, takeBack } from "/console/desk.js";
import { stepOf } from "/console/who.js";
import { say } from "./words.js";

/** @type {import("./index.js").MakeSection} */
export function review(desk) {
  const node = h("section", { class: "card stack" });
  let shown = "";
  return {
    node,
    checks: () => (needsApproval(desk) ? [{ what: say.review.check, lacks: !approved(desk), needed: "release" }] : []),
    draw() {
      const { known, work } = desk;
      const now = JSON.stringify([known?.revision, known?.state, work.class, desk.unsaved()]);
      if (now !== shown) draw(node, desk); // Not with every letter.
      shown = now;
    },
  };
}

/** As far as this page can know before it is saved: an alert always needs it.
 * @param {import("./index.js").Desk} desk */
export const needsApproval = ({ known, work }) =>
  work.class === "alert" || (known?.needs_approval === true && work.class === known.class);

/** @param {import("./index.js").Desk} desk */
const approved = (desk) => Boolean(desk.known?.approval) && !desk.unsaved();

/** @param {HTMLElement} node @param {import("./index.js").Desk} desk */
function draw(node, desk) {
  const { known } = desk;
  node.hidden = !known && !needsApproval(desk);
  if (node.hidden) return;
  const reviewed = needsApproval(desk) || known?.state === "in_review";
  fill(node, h("h2", {}, reviewed ? say.review.heading : say.review.history), known && steps(known), standing(desk));
}

/** Everything that has been done with it, by whom. @param {any} known */
function steps(known) {
  // Being submitted, approved or scheduled counts as a change too.
  const others = [known.created, known.submitted, known.approval, known.scheduled];
  const again = !others.some((step) => step?.at === known.updated.at);
  /** @type {[string, any][]} */
  const done = [
    [say.review.created, known.created],
    [say.review.updated, again && known.updated],
    [say.review.submitted, known.submitted],
    [say.review.approvedBy, known.approval],
    [say.review.scheduled, known.scheduled],
  ];
  return h(
    "dl",
    { class: "steps" },
    done.filter(([, step]) => step).flatMap(([name, step]) => [h("dt", {}, name), h("dd", {}, stepOf(step))]),
  );
}

/** @param {import("./index.js").Desk} desk */
function standing(desk) {
  const { known, visit } = desk;
  if (known?.approval) return h("p", { class: "done" }, icon("check"), " ", say.approved);
  if (known?.state !== "in_review") return needsApproval(desk) && h("p", { class: "hint" }, say.approvalNeeded);
  return [
    ...(isOwn(known, visit.me.id) ? ownWork() : reading(desk)),
    h("div", { class: "row" }, way(desk, say.takeBack, takeBack)),
  ];
}

/** Whether the one who looks wrote it, or has changed it since it was submitted. @param {any} known @param {string} me */
const isOwn = ({ created, updated, submitted }, me) =>
  created.by === me || (updated.by === me && updated.at > submitted.at);

const ownWork = () => [
  h("p", {}, say.review.own),
  h("div", { class: "row" }, h("button", { type: "button", onclick: copyLink }, say.review.copyLink)),
];

/** @param {import("./index.js").Desk} desk */
function reading(desk) {
  const unsaved = desk.unsaved();
  const button = way(desk, say.approve, approve);
  button.classList.add("primary");
  button.disabled = unsaved;
  return [
    h("p", {}, unsaved ? say.review.unsaved : say.review.reading(number(desk.known.revision))),
    h("div", { class: "row" }, button),
  ];
}

/** @param {import("./index.js").Desk} desk @param {string} name @param {(known: any) => Promise<any>} go */
const way = (desk, name, go) => h("button", { type: "button", onclick: () => desk.go(() => go(desk.known)) }, name);

async function copyLink() {
  await navigator.clipboard?.writeText(location.href).then(
    () => toast(say.review.copied),
    () => {},
  );
}
