// SPDX-License-Identifier: EUPL-1.2
// How many phones were reached when: one curve, with an upright line where each press channel was served.
//
// The report knows four points of each gateway's curve (first, half, 99 %, last); between them it is straight.

import { h } from "/shared/element.js";
import { duration, number } from "/shared/language.js";
import { named } from "/console/words.js";
import { say } from "./words.js";

/** What happens later than this many times the last phone stands at the right edge. */
const FAR = 4;
/** Room at the right, so that the end of the curve is seen. */
const MARGIN = 1.08;
/** Of the drawing, in its own units; above all phones there is some room. */
const WIDE = 1000;
const HIGH = 300;
const TOP = 8;

/** @typedef {[ms: number, phones: number]} Point */
/** @typedef {{at: number, far: boolean, label: string}} Line */

/** @type {import("./index.js").Part} */
export function curve(report) {
  if (!report.hand_over) return null;
  const points = pointsOf(report.devices.gateways);
  const handed = points.at(-1)?.[1] ?? 0;
  const served = servedOf(report.press);
  const near = served.filter((ms) => ms.at <= report.hand_over.last_ms * FAR);
  const end = Math.max(report.hand_over.last_ms, ...near.map((ms) => ms.at), 1) * MARGIN;
  const lines = served.map(({ at, label }) => ({ at: Math.min(at, end), far: at > end, label }));
  return h(
    "figure",
    { class: "card stack curve wide-part" },
    h("figcaption", {}, h("h2", {}, say.curve)),
    h(
      "div",
      { class: "plot" },
      h("p", { class: "most muted small" }, say.phones(number(report.devices.total))),
      drawing(points, report.devices.total, end, lines, handed),
      lines.map((line, index) => labelOf(line, end, index)),
    ),
    h("div", { class: "axis muted small", "aria-hidden": "true" }, ticks(end)),
    h("p", { class: "muted small" }, say.curveHint),
  );
}

/** The curves of all gateways together: how many were handed over by then. @param {any[]} gateways @returns {Point[]} */
export function pointsOf(gateways) {
  const curves = gateways.filter((each) => each.hand_over).map(curveOf);
  const instants = [...new Set(curves.flatMap((points) => points.map(([ms]) => ms)))].sort((one, other) => one - other);
  return instants.map((ms) => [ms, curves.reduce((sum, points) => sum + valueAt(points, ms), 0)]);
}

/** @param {any} gateway @returns {Point[]} */
function curveOf({ outcomes, hand_over }) {
  const count = outcomes.find((/** @type {any} */ each) => each.outcome === "accepted")?.count ?? 0;
  const { first_ms, median_ms, p99_ms, last_ms } = hand_over;
  return [
    [first_ms, Math.min(1, count)],
    [median_ms, count * 0.5],
    [p99_ms, count * 0.99],
    [last_ms, count],
  ];
}

/** @param {Point[]} points @param {number} ms */
function valueAt(points, ms) {
  const after = points.findIndex(([at]) => at > ms);
  if (after === 0) return 0;
  if (after === -1) return points[points.length - 1][1];
  const [[from, low], [to, high]] = [points[after - 1], points[after]];
  return low + ((high - low) * (ms - from)) / (to - from);
}

/** When each channel was first served with the release. @param {any} [press] @returns {{at: number, label: string}[]} */
const servedOf = (press) =>
  (press?.channels ?? [])
    .filter((/** @type {any} */ each) => each.event === "released" && each.first_ms !== undefined)
    .map((/** @type {any} */ each) => ({
      at: Math.max(0, each.first_ms),
      label: `${named(say.channels, each.channel)} ${duration(Math.max(0, each.first_ms))}`,
    }))
    .sort((/** @type {any} */ one, /** @type {any} */ other) => one.at - other.at);

/** @param {Point[]} points @param {number} total @param {number} end @param {Line[]} lines @param {number} handed */
function drawing(points, total, end, lines, handed) {
  const x = (/** @type {number} */ ms) => ((ms / end) * WIDE).toFixed(1);
  const y = (/** @type {number} */ phones) => (HIGH - (phones / Math.max(1, total)) * (HIGH - TOP)).toFixed(1);
  const path = points.map(([ms, phones]) => `L${x(ms)} ${y(phones)}`).join("");
  const start = points.length ? `M${x(points[0][0])} ${HIGH}` : "";
  const svg = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" });
  svg.setAttribute(
    "aria-label",
    say.curveInWords(
      number(handed),
      number(total),
      lines.map(({ label }) => label),
    ),
  );
  svg.append(
    ...[0.25, 0.5, 0.75, 1].map((share) => shape("path", { class: "grid", d: `M0 ${y(total * share)}H${WIDE}` })),
    shape("path", { class: "area", d: `${start}${path}H${WIDE}V${HIGH}Z` }),
    shape("path", { class: "line", d: `${start}${path}H${WIDE}` }),
    ...lines.map(({ at, far }) => shape("path", { class: far ? "served far" : "served", d: `M${x(at)} 0V${HIGH}` })),
  );
  return svg;
}

/** @param {string} name @param {Record<string, string>} attributes */
function shape(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** @param {Line} line @param {number} end @param {number} index so that none covers another */
function labelOf({ at, far, label }, end, index) {
  const share = at / end;
  const node = h("p", { class: `label ${share > 0.5 ? "before" : "after"}` }, far ? `${label} →` : label);
  node.style.insetInlineStart = share > 0.5 ? "auto" : `${share * 100}%`;
  node.style.insetInlineEnd = share > 0.5 ? `${(1 - share) * 100}%` : "auto";
  node.style.insetBlockStart = `calc(38% + ${index} * 1.7em)`;
  return node;
}

/** From T to the end, in two to six steps. @param {number} end */
function ticks(end) {
  const unit = 10 ** Math.floor(Math.log10(end / 6));
  const steps = unit < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]; // In whole milliseconds.
  const step = steps.map((times) => times * unit).find((each) => end / each <= 6) ?? end;
  const marks = [];
  for (let ms = 0; ms <= end; ms += step) marks.push(ms);
  return marks.map((ms) => {
    const mark = h("span", {}, ms === 0 ? "T" : `+${duration(ms)}`);
    mark.style.insetInlineStart = `${(ms / end) * 100}%`;
    return mark;
  });
}
