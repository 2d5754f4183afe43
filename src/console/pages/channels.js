// SPDX-License-Identifier: EUPL-1.2
// Channels, for administrators.

import { all, call, get } from "/shared/api.js";
import { fill, h, once, say as toast } from "/shared/element.js";
import { inOneLine, problem } from "/shared/problem.js";
import { audienceField } from "./audience/index.js";
import { say } from "./words.js";

/** @type {import("./console.js").Page} */
export async function channelsPage(visit) {
  const [channels, units] = await Promise.all([all("/channels"), get("/org-units")]);
  return h(
    "div",
    { class: "stack narrow" },
    h("h1", {}, say.channels),
    channels.length
      ? h(
          "ul",
          { class: "card lines" },
          channels.map((channel) => line(channel, visit)),
        )
      : h("p", { class: "empty" }, say.noChannels),
    newChannel(units.items, visit),
  );
}

/** @param {any} channel @param {import("./console.js").Visit} visit */
function line(channel, visit) {
  const archived = Boolean(channel.archived_at);
  const change = async (/** @type {any} */ { currentTarget }) => {
    try {
      await once([currentTarget], () => call("PATCH", `/channels/${channel.id}`, { body: { archived: !archived } }));
      visit.again();
    } catch (error) {
      toast(inOneLine(error));
    }
  };
  return h(
    "li",
    { class: "row entry" },
    h(
      "div",
      { class: "grow" },
      h("strong", {}, channel.name),
      " ",
      archived && h("span", { class: "tag" }, say.archived),
      h("p", { class: "small muted" }, [channel.description, named(channel)].filter(Boolean).join(" · ")),
    ),
    h("button", { onclick: change }, archived ? say.restore : say.archive),
  );
}

/** @param {any} channel */
const named = (channel) => say.kinds[/** @type {"open"} */ (channel.kind)];

/** @param {import("./audience/choices.js").Unit[]} units @param {import("./console.js").Visit} visit */
function newChannel(units, visit) {
  /** @type {import("./audience/choices.js").Audience} */
  let audience = { kind: "everybody" };
  const trouble = h("div", { "aria-live": "polite" });
  const name = h("input", { required: true, maxlength: 80 });
  const description = h("input", { required: true, maxlength: 500 });
  const kind = h(
    "select",
    {},
    Object.entries(say.kinds).map(([value, word]) => h("option", { value }, word)),
  );

  const button = h("button", { class: "primary" }, say.newChannel);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const body = { name: name.value, description: description.value, kind: kind.value, audience };
    try {
      await once([button], () => call("POST", "/channels", { body }));
      visit.again();
    } catch (error) {
      fill(trouble, problem(error));
    }
  }

  return h(
    "form",
    { class: "card stack", onsubmit: submit },
    h("h2", {}, say.newChannel),
    h("label", {}, say.channelName, name),
    h("label", {}, say.channelText, description),
    h("label", {}, say.kind, kind),
    audienceField(units, audience, (chosen) => {
      audience = chosen;
    }).node,
    trouble,
    h("div", {}, button),
  );
}
