// SPDX-License-Identifier: EUPL-1.2
// The files that an announcement carries: each is saved by a tap. A plain link could not bear the token.

import { download } from "/shared/api.js";
import { h, icon, say as toast } from "/shared/element.js";
import { fileSize } from "/shared/language.js";
import { inOneLine } from "/shared/problem.js";
import { say } from "./words.js";

/** @typedef {{id: string, title: string, name: string, bytes: number}} File_ */

/** @param {File_[]} files */
export const fileList = (files) => h("ul", { class: "stack tight", "aria-label": say.files }, files.map(line));

/** @param {File_} file */
const line = ({ id, title, name, bytes }) =>
  h(
    "li",
    {},
    h(
      "button",
      {
        class: "file",
        title: name,
        onclick: () => download(`/files/${id}`, name).catch((error) => toast(inOneLine(error))),
      },
      icon("file"),
      h("span", { class: "grow" }, title),
      h("span", { class: "small muted" }, fileSize(bytes)),
    ),
  );
