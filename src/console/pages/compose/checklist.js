// SPDX-License-Identifier: EUPL-1.2
// What is still missing, above the buttons.

import { fill, h, icon } from "/shared/element.js";

export function checklist() {
  const node = h("ul", { class: "checks" });
  return {
    node,
    /**
     * @param {import("./index.js").Check[]} checks
     * @returns {{whole: boolean, timed: boolean}} whether it can be saved, and scheduled too
     */
    draw(checks) {
      fill(
        node,
        checks.map(({ what, lacks }) =>
          h("li", { class: lacks ? "missing" : "done" }, icon(lacks ? "missing" : "check"), what),
        ),
      );
      return {
        whole: checks.every(({ lacks, later }) => !lacks || later),
        timed: checks.every(({ lacks }) => !lacks),
      };
    },
  };
}
