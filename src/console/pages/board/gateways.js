// SPDX-License-Identifier: EUPL-1.2
// What each push gateway did with its phones.

import { h } from "/shared/element.js";
import { named } from "/console/words.js";
import { bar, sums } from "./figures.js";
import { say } from "./words.js";

/** @type {import("./index.js").Part} */
export const gateways = ({ devices }) =>
  devices.gateways.length
    ? h(
        "section",
        { class: "stack wide-part" },
        h("h2", {}, say.devices),
        h("div", { class: "gateways" }, devices.gateways.map(gateway)),
      )
    : null;

/** @param {any} each */
function gateway(each) {
  /** @type {import("./figures.js").Group[]} */
  const groups = [
    ...each.outcomes.map((/** @type {any} */ outcome) => [outcome.outcome, outcome.count]),
    ["waiting", each.waiting],
  ];
  return h(
    "article",
    { class: "card stack" },
    h("h3", {}, named(say.gateways, each.gateway)),
    bar(groups, each.total),
    sums(groups, each.total),
  );
}
