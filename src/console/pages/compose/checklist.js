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
    h("span", { class: "unseen" }, lacks ? say.lacking : say.there),
  ];
  const jump = () => {
    const field = document.getElementById(at ?? "");
    const input = field?.matches("input, textarea") ? field : field?.querySelector("input");
    input?.focus();
    input?.scrollIntoView({ block: "center" });
  };
  return h(
    "li",
    { class: lacks ? "missing" : "done" },
    lacks && at ? h("button", { type: "button", class: "quiet", onclick: jump }, words) : words,
  );
}
