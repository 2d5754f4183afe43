// SPDX-License-Identifier: EUPL-1.2
// What is still missing, above the buttons. Each that is leads to its field.

import { fill, h, icon } from "/shared/element.js";
import { say } from "./words.js";

export function checklist() {
  const node = h("ul", { class: "checks" });
  return {
    node,
    /**
     * @param {import("./index.js").Check[]} checks
     * @returns {{toSave: boolean, toRelease: boolean, toSchedule: boolean}} for what it is complete
     */
    draw(checks) {
      fill(node, checks.map(line));
      const lacking = checks.filter(({ lacks }) => lacks);
      return {
        toSave: lacking.every(({ needed }) => needed),
        toRelease: lacking.every(({ needed }) => needed === "schedule"),
        toSchedule: !lacking.length,
      };
    },
  };
}

/** @param {import("./index.js").Check} check */
function line({ what, lacks, at }) {
  const words = [
    icon(lacks ? "missing" : "check"),
    what,
    h("span", { class: "heard" }, lacks ? say.lacking : say.there),
  ];
  return h(
    "li",
    { class: lacks ? "missing" : "done" },
    lacks && at ? h("button", { type: "button", class: "quiet", onclick: () => jumpTo(at) }, words) : words,
  );
}

/** To the field with this id, or the first one in it. @param {string} id */
export function jumpTo(id) {
  const found = document.getElementById(id);
  const field = found?.matches("input, textarea") ? found : found?.querySelector("input");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}
