// SPDX-License-Identifier: EUPL-1.2
// Whether this person's phones tell them that somebody has commented.

import { call, get } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

/** The section with the switch. */
export async function noticesSwitch() {
  const { comments } = await get("/me/notifications");
  const trouble = h("div", { "aria-live": "assertive" });
  const box = h("input", { type: "checkbox", role: "switch", name: "comments", checked: comments });
  box.addEventListener("change", async () => {
    box.disabled = true;
    try {
      await call("PUT", "/me/notifications", { body: { comments: box.checked } });
      fill(trouble);
    } catch (error) {
      // As it stands at the server.
      box.checked = !box.checked;
      fill(trouble, problem(error));
    }
    box.disabled = false;
  });
  return h(
    "section",
    { class: "card stack tight" },
    h("h2", {}, say.notices),
    h("p", { class: "small muted" }, say.noticesText),
    h("label", { class: "choice" }, box, say.noticesComments),
    trouble,
  );
}
