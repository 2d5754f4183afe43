// SPDX-License-Identifier: EUPL-1.2
// How loud it is on the phones.

import { h } from "/shared/element.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** @type {import("./index.js").MakeSection} */
export function urgency({ work, changed }) {
  /** @param {[string, string]} of */
  const choice = ([value, name]) =>
    h(
      "label",
      { class: `choice card ${value}` },
      h("input", {
        type: "radio",
        name: "class",
        checked: work.class === value,
        onchange: () => {
          work.class = value;
          changed();
        },
      }),
      h(
        "span",
        {},
        h("strong", {}, name),
        h("small", { class: "hint" }, say.classTexts[/** @type {"news"} */ (value)]),
      ),
    );
  return {
    node: h(
      "fieldset",
      { class: "stack tight" },
      h("legend", {}, say.class),
      h("div", { class: "row classes" }, Object.entries(common.classes).map(choice)),
    ),
    written: () => ({ class: work.class }),
  };
}
