// SPDX-License-Identifier: EUPL-1.2
// The keyboard: `/` search, `n` new, `?` help.

import { h } from "/shared/element.js";
import { say } from "./words.js";

/** @param {{go: (address: string) => void, may: (role: string) => boolean}} console_ */
export function listenToKeys({ go, may }) {
  document.addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).closest("input, textarea, select, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") search(go);
    else if (event.key === "n" && may("editor")) go("/announcements/new");
    else if (event.key === "?") help();
    else return;
    event.preventDefault();
  });
}

/** The page's own search, or else the one for people. @param {(address: string) => void} go */
function search(go) {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("main input[type=search]"));
  if (field) field.focus();
  else go("/people?search");
}

function help() {
  const dialog = h(
    "dialog",
    { "aria-label": say.keys, onclose: () => dialog.remove() },
    h("h2", {}, say.keys),
    h(
      "dl",
      { class: "keys" },
      Object.entries(say.keyNames).flatMap(([key, name]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, name)]),
    ),
    h("div", { class: "row" }, h("button", { onclick: () => dialog.close() }, say.close)),
  );
  document.body.append(dialog);
  dialog.showModal();
}
