// SPDX-License-Identifier: EUPL-1.2
// Whether and when the press is served: two plain rules, or not at all.

import { h } from "/shared/element.js";
import { servePress } from "/console/desk.js";
import { say } from "./words.js";

/** docs/api/press.md */
const MOST = { share_percent: 100, at_latest_seconds: 3600 };
const USUAL = { share_percent: 95, at_latest_seconds: 120 };

/** @typedef {{rule: string, share_percent?: number, at_latest_seconds?: number}} Rule absent: the press gets nothing */

/** @type {import("./index.js").MakeSection} */
export function press(desk) {
  const { work } = desk;
  let kind = work.press?.rule ?? "none";
  const numbers = { ...USUAL, ...work.press };
  const number = (/** @type {keyof typeof MOST} */ name, /** @type {string} */ label) =>
    h("input", {
      type: "number",
      class: "inline",
      inputmode: "numeric",
      min: "1",
      max: String(MOST[name]),
      value: String(numbers[name]),
      "aria-label": label,
      oninput: (/** @type {any} */ event) => {
        numbers[name] = event.target.valueAsNumber;
        told();
      },
    });
  const share = number("share_percent", say.press.share);
  const limit = number("at_latest_seconds", say.press.limit);
  const details = h("p", { class: "numbers" }, say.press.numbers(share, limit));
  const draw = () => {
    details.hidden = kind !== "staff_first";
  };
  const told = () => {
    work.press = rule();
    draw();
    desk.changed();
  };
  const choice = (/** @type {"none" | "same_instant" | "staff_first"} */ value) =>
    h(
      "label",
      { class: "choice card" },
      h("input", {
        type: "radio",
        name: "press",
        checked: kind === value,
        onchange: () => {
          kind = value;
          told();
        },
      }),
      h("span", {}, h("strong", {}, say.press.rules[value]), h("small", { class: "hint" }, say.press.texts[value])),
    );
  const whole = (/** @type {keyof typeof MOST} */ name) =>
    Number.isInteger(numbers[name]) && numbers[name] >= 1 && numbers[name] <= MOST[name];
  /** @returns {Rule | undefined} */
  const rule = () => {
    if (kind === "none") return undefined;
    return kind === "same_instant" ? { rule: kind } : { rule: kind, ...only(numbers) };
  };
  draw();
  return {
    node: h(
      "fieldset",
      { class: "stack tight", id: "press" },
      h("legend", {}, say.press.legend),
      h("div", { class: "row classes" }, choice("same_instant"), choice("staff_first"), choice("none")),
      details,
    ),
    checks: () =>
      kind === "staff_first"
        ? [{ what: say.press.check, lacks: !(whole("share_percent") && whole("at_latest_seconds")), at: "press" }]
        : [],
    changes: () => !same(work.press, desk.known?.press),
    keep: (saved) => servePress(saved, work.press),
  };
}

/** @param {typeof USUAL} numbers */
const only = ({ share_percent, at_latest_seconds }) => ({ share_percent, at_latest_seconds });

/** @param {Rule} [one] @param {Rule} [other] */
const same = (one, other) =>
  one?.rule === other?.rule &&
  one?.share_percent === other?.share_percent &&
  one?.at_latest_seconds === other?.at_latest_seconds;
