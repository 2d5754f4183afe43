// SPDX-License-Identifier: EUPL-1.2
// When phones were handed over, over all gateways and for each.

import { h } from "/shared/element.js";
import { duration } from "/shared/language.js";
import { named } from "/console/words.js";
import { say } from "./words.js";

/** @type {import("./index.js").Part} */
export function times(report) {
  const rows = [
    [say.everyGateway, report.hand_over],
    [say.onDuty, report.on_duty],
    ...report.devices.gateways.map((/** @type {any} */ each) => [named(say.gateways, each.gateway), each.hand_over]),
  ].filter(([, spread]) => spread);
  return h(
    "section",
    { class: "card stack wide-part" },
    h("h2", {}, say.handOver),
    rows.length ? tableOf(rows) : h("p", { class: "muted" }, say.notHanded),
  );
}

/** @param {any[][]} rows */
const tableOf = (rows) =>
  h(
    "div",
    { class: "wide-table", tabindex: "0", role: "region", "aria-label": say.handOver },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          [say.gateway, say.first, say.median, say.p99, say.lastOne].map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map(([name, spread]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, name),
            [spread.first_ms, spread.median_ms, spread.p99_ms, spread.last_ms].map((ms) => h("td", {}, duration(ms))),
          ),
        ),
      ),
    ),
  );
