// SPDX-License-Identifier: EUPL-1.2
// When the press was served, channel by channel, and by which rule.

import { h } from "/shared/element.js";
import { duration, number } from "/shared/language.js";
import { named } from "/console/words.js";
import { sums } from "./figures.js";
import { say } from "./words.js";

/** @param {any} [rule] none: the press gets nothing */
export function ruleInWords(rule) {
  if (!rule) return say.rules.none;
  if (rule.rule === "same_instant") return say.rules.same_instant;
  return say.rules.staff_first(number(rule.share_percent), duration(rule.at_latest_seconds * 1000));
}

/** @type {import("./index.js").Part} */
export function press({ press }) {
  if (!press) return null;
  return h(
    "section",
    { class: "card stack press" },
    h("h2", {}, say.press),
    h("p", {}, ruleInWords(press.rule), " ", openedInWords(press)),
    press.channels.length > 0 && h("div", { class: "channels" }, press.channels.map(channel)),
    press.channels.length === 0 && press.opened_ms !== undefined && h("p", { class: "muted" }, say.noChannel),
  );
}

/** @param {any} press */
function openedInWords({ opened_ms, opened_because }) {
  if (opened_ms === undefined) return say.pressWaits;
  return say.opened[/** @type {"share"} */ (opened_because)](duration(Math.max(0, opened_ms)));
}

/** @param {any} each */
function channel(each) {
  /** @type {import("./figures.js").Group[]} */
  const groups = [
    ...each.outcomes.map((/** @type {any} */ outcome) => [outcome.outcome, outcome.count]),
    ["waiting", each.waiting],
  ];
  return h(
    "article",
    { class: "stack tight" },
    h("h3", {}, named(say.channels, each.channel), each.event !== "released" && ` · ${named(say.events, each.event)}`),
    each.first_ms === undefined
      ? h("p", { class: "muted" }, say.notServed)
      : h("p", { class: "instant" }, `T+${duration(Math.max(0, each.first_ms))}`),
    each.last_ms !== undefined &&
      each.last_ms !== each.first_ms &&
      h("p", { class: "muted" }, say.lastAt(duration(each.last_ms))),
    (each.total > 1 || each.first_ms === undefined) && sums(groups, each.total),
  );
}
