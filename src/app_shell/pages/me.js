// SPDX-License-Identifier: EUPL-1.2
// Oneself: announcements on this device, comments, duty and quiet hours, language, the devices that are signed in.

import { all, call, session } from "/shared/api.js";
import { confirm, fill, h, say as toast } from "/shared/element.js";
import { choose, language } from "/shared/language.js";
import { inOneLine } from "/shared/problem.js";
import { initials, when } from "./card.js";
import { dutySwitch } from "./duty.js";
import { noticesSwitch } from "./notices.js";
import { nameOf } from "./people.js";
import { pushSwitch } from "./push.js";
import { quietHours } from "./quiet.js";
import { say } from "./words.js";

/** @type {import("./app.js").Page} */
export async function mePage(visit) {
  const { me } = visit;
  const sessions = await all("/sessions");
  return h(
    "div",
    { class: "stack" },
    h(
      "section",
      { class: "card row" },
      h("span", { class: "initials large", "aria-hidden": "true" }, initials(nameOf(me))),
      h(
        "div",
        { class: "grow" },
        h("h1", {}, nameOf(me)),
        h("p", { class: "muted" }, [me.job_title, me.unit.name].filter(Boolean).join(" · ")),
      ),
    ),
    await pushSwitch(),
    await noticesSwitch(),
    await dutySwitch(),
    await quietHours(),
    languageChoice(),
    devices(sessions, visit),
    me.roles.length > 0 && h("a", { class: "button", href: "/console" }, say.console),
    h("p", { class: "small muted about" }, say.about),
  );
}

function languageChoice() {
  const option = (/** @type {import("/shared/language.js").Language} */ value, /** @type {string} */ name) =>
    h(
      "label",
      { class: "choice", lang: value },
      h("input", { type: "radio", name: "language", checked: value === language, onchange: () => change(value) }),
      name,
    );
  return h(
    "section",
    { class: "card stack tight" },
    h("h2", {}, say.language),
    h("p", { class: "small muted" }, say.languageText),
    option("de", "Deutsch"),
    option("en", "English"),
  );
}

/** @param {import("/shared/language.js").Language} value */
async function change(value) {
  try {
    await call("PATCH", "/me", { body: { language: value } });
    choose(value);
  } catch (error) {
    toast(inOneLine(error));
  }
}

/** @param {any[]} sessions @param {import("./app.js").Visit} visit */
function devices(sessions, visit) {
  /** @param {any} each */
  async function end(each) {
    if (
      each.current &&
      !(await confirm({
        title: say.signOutTitle,
        text: say.signOutText,
        yes: say.signOut,
        no: say.cancel,
        danger: true,
      }))
    )
      return;
    try {
      await call("DELETE", `/sessions/${each.current ? "current" : each.id}`);
    } catch (error) {
      return toast(inOneLine(error));
    }
    if (!each.current) return visit.go("/me");
    session.forget();
    // A full load: nothing of what was read stays in memory.
    location.assign("/");
  }

  return h(
    "section",
    { class: "card stack" },
    h("div", {}, h("h2", {}, say.devices), h("p", { class: "small muted" }, say.devicesText)),
    h(
      "ul",
      { class: "stack" },
      sessions.map((each) =>
        h(
          "li",
          { class: "row device" },
          h(
            "div",
            { class: "grow" },
            h("strong", {}, each.device_name),
            each.current && [" ", h("span", { class: "tag released" }, say.thisDevice)],
            h("p", { class: "small muted" }, `${say.lastSeen} `, when(each.last_seen_at)),
          ),
          h(
            "button",
            {
              class: "danger",
              "aria-label": `${each.device_name}: ${each.current ? say.signOut : say.endDevice}`,
              onclick: () => end(each),
            },
            say.signOut,
          ),
        ),
      ),
    ),
  );
}
