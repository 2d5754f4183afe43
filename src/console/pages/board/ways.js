// SPDX-License-Identifier: EUPL-1.2
// What can be done from the board.

import { download } from "/shared/api.js";
import { fill, h, once } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { cancelSchedule, release } from "/console/desk.js";
import { withdraw } from "/console/after/withdraw.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** @param {any} item @param {import("/console/console.js").Visit} visit @param {Element} trouble */
export function waysOf(item, visit, trouble) {
  const way = (/** @type {string} */ name, /** @type {() => Promise<any>} */ go, /** @type {() => void} */ then) =>
    h(
      "button",
      {
        onclick: (/** @type {any} */ { currentTarget }) => {
          fill(trouble);
          once([currentTarget], go).then(
            (done) => done !== null && then(),
            (error) => fill(trouble, problem(error, visit.again)),
          );
        },
      },
      name,
    );
  const link = (/** @type {string} */ name, /** @type {string} */ address) =>
    h("a", { class: "button", href: `#/announcements/${item.id}/${address}` }, name);
  const large = h(
    "button",
    { class: "quiet", onclick: () => document.querySelector(".board")?.requestFullscreen?.() },
    say.large,
  );
  if (item.state === "scheduled") {
    return [
      link(`${common.edit} · ${common.move}`, "edit"),
      way(
        common.unschedule,
        () => cancelSchedule(item),
        () => visit.go(`/announcements/${item.id}/edit`),
      ),
      way(common.releaseNow, () => release(item), visit.again),
      large,
    ];
  }
  return [
    item.state === "released" && link(item.needs_approval ? say.propose : say.correct, "correct"),
    item.state === "released" && way(say.withdraw, () => withdraw(item), visit.again),
    link(say.versions, "versions"),
    large,
  ];
}

/** The report as files. @param {any} item @param {Element} trouble */
export const asFiles = (item, trouble) =>
  h(
    "div",
    { class: "row wide-part" },
    asFile(item, "csv", say.asTable, trouble),
    asFile(item, "svg", say.asDrawing, trouble),
  );

/** @param {any} item @param {"csv" | "svg"} kind @param {string} words @param {Element} trouble */
const asFile = (item, kind, words, trouble) =>
  h(
    "button",
    {
      onclick: () =>
        download(`/editorial/announcements/${item.id}/report.${kind}`, `${item.id}.${kind}`).catch((error) =>
          fill(trouble, problem(error)),
        ),
    },
    words,
  );
