// SPDX-License-Identifier: EUPL-1.2
// Whether one is at work now: whoever is hears an alert first, and their quiet hours do not count meanwhile.

import { call, get, serverNow } from "/shared/api.js";
import { fill, h, once } from "/shared/element.js";
import { spoken } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

/** For how many hours somebody goes on duty. */
const HOURS = [4, 8, 12, 24];

/** What this device's clock may be ahead of the server's unnoticed, in ms: a day on duty must not become longer. */
const LEEWAY = 3_000;

/** The section with the switch. */
export async function dutySwitch() {
  const state = h("div", { class: "stack tight", "aria-live": "polite" });
  const trouble = h("div", { "aria-live": "assertive" });
  const hours = h(
    "select",
    { class: "grow", "aria-label": say.dutyFor },
    HOURS.map((each) => h("option", { value: each, selected: each === 8 }, say.forHours(each))),
  );

  const button = (/** @type {string} */ name, /** @type {() => Promise<any>} */ change, primary = false) =>
    h(
      "button",
      {
        class: primary ? "primary" : "",
        onclick: (/** @type {any} */ { currentTarget }) => {
          fill(trouble);
          once([currentTarget], change)
            .then(draw)
            .catch((error) => fill(trouble, problem(error)));
        },
      },
      name,
    );
  const begin = () => {
    const until = new Date(serverNow() + Number(hours.value) * 3_600_000 - LEEWAY).toISOString();
    return call("PUT", "/me/duty", { body: { until } });
  };

  async function draw() {
    const duty = await get("/me/duty");
    if (duty.on_duty)
      fill(
        state,
        h("p", {}, h("strong", {}, say.onDutyUntil(spoken(duty.until)))),
        h("div", {}, button(say.endDuty, () => call("DELETE", "/me/duty"))),
      );
    else
      fill(
        state,
        h("p", { class: "muted" }, say.offDuty),
        h(
          "div",
          { class: "row" },
          hours,
          button(say.beginDuty, begin, true),
        ),
      );
  }

  await draw();
  return h(
    "section",
    { class: "card stack" },
    h("div", {}, h("h2", {}, say.duty), h("p", { class: "small muted" }, say.dutyText)),
    state,
    trouble,
  );
}
