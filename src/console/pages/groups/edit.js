// SPDX-License-Identifier: EUPL-1.2
// One group: its name and who is meant. What was scheduled before keeps meaning whom it meant.

import { call, get } from "/shared/api.js";
import { confirm, fill, h, once, say as toast } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { namesNobody } from "/console/audience/choices.js";
import { audienceField } from "/console/audience/index.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

const ROOT = "/editorial/groups";

/** @type {import("/console/console.js").Page} */
export async function groupPage(visit, id) {
  const [group, units, { locations, job_titles }] = await Promise.all([
    id ? get(`${ROOT}/${id}`) : { name: "", audience: { kind: "units", units: [] } },
    get("/org-units"),
    get("/editorial/audience-choices"),
  ]);
  let { audience } = group;
  const name = h("input", { required: true, maxlength: 80, autocomplete: "off", oninput: draw });
  name.value = group.name;
  const save = h("button", { class: "primary" }, common.save);
  const trouble = h("div", { "aria-live": "polite" });

  function draw() {
    save.disabled = !name.value.trim() || namesNobody(audience);
  }

  /** @param {() => Promise<any>} action @param {string} said */
  async function go(action, said) {
    fill(trouble);
    try {
      if ((await once([save], action)) === null) return;
      toast(said);
      visit.go("/people/groups");
    } catch (error) {
      fill(trouble, problem(error));
    }
  }

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const body = { name: name.value.trim(), audience };
    go(() => (id ? call("PATCH", `${ROOT}/${id}`, { body }) : call("POST", ROOT, { body })), common.saved);
  }

  const remove = async () => {
    const question = {
      title: say.removeTitle(group.name),
      text: say.removeText,
      yes: common.remove,
      no: common.cancel,
    };
    return (await confirm({ ...question, danger: true })) ? call("DELETE", `${ROOT}/${id}`) : null;
  };

  draw();
  return h(
    "form",
    { class: "stack roomy narrow", onsubmit: submit },
    h("a", { class: "back", href: "#/people/groups" }, say.all),
    h("h1", {}, id ? group.name : say.new),
    h("label", {}, common.groupName, name),
    audienceField(
      units.items,
      audience,
      (chosen) => {
        audience = chosen;
        draw();
      },
      { locations, job_titles },
    ).node,
    id && h("p", { class: "hint" }, say.changing),
    trouble,
    h(
      "div",
      { class: "row" },
      save,
      h("span", { class: "grow" }),
      id && h("button", { type: "button", class: "danger", onclick: () => go(remove, say.removed) }, common.remove),
    ),
  );
}
