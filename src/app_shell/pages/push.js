// SPDX-License-Identifier: EUPL-1.2
// Announcements on this device, by Web Push (RFC 8030, 8291, 8292). The browser decrypts; sw.js shows.

import { Problem, call, get } from "/shared/api.js";
import { fill, h } from "/shared/element.js";
import { language } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say } from "./words.js";

const APP_VERSION = "web";

/** The section with the switch, in the state in which this device is. */
export async function pushSwitch() {
  const state = h("div", { class: "stack", "aria-live": "polite" });
  const section = h("section", { class: "card stack tight" }, h("h2", {}, say.push), state);
  if (!("serviceWorker" in navigator && "PushManager" in window)) {
    fill(state, h("p", { class: "muted" }, say.pushMissing));
    return section;
  }

  /** @param {() => Promise<void>} change */
  const button = (/** @type {string} */ name, /** @type {() => Promise<void>} */ change, primary = false) =>
    h(
      "button",
      {
        class: primary ? "primary" : "",
        onclick: (/** @type {any} */ event) => {
          event.target.disabled = true;
          change()
            .then(draw)
            .catch(async (error) => {
              await draw();
              state.append(problem(error));
            });
        },
      },
      name,
    );

  async function draw() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    const on = await registration?.pushManager.getSubscription();
    if (Notification.permission === "denied") fill(state, h("p", { class: "muted" }, say.pushRefused));
    else if (on) fill(state, h("p", { class: "muted" }, say.pushOn), h("div", {}, button(say.turnOff, turnOff)));
    else fill(state, h("p", { class: "muted" }, say.pushOff), h("div", {}, button(say.turnOn, turnOn, true)));
  }

  await draw();
  return section;
}

async function turnOn() {
  const { vapid_public_key: key } = await get("/push-keys");
  if (!key) throw new Problem({ type: "about:blank", title: say.pushNoKey, status: 501 });
  if ((await Notification.requestPermission()) !== "granted") return;
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  try {
    await call("PUT", "/devices/current", {
      body: { gateway: "webpush", endpoint, keys, language, app_version: APP_VERSION },
    });
  } catch (error) {
    // The server does not know it, so the browser shall not believe in it either.
    await subscription.unsubscribe();
    throw error;
  }
}

async function turnOff() {
  const { items } = await get("/devices");
  const sessions = (await get("/sessions?limit=100")).items;
  const current = sessions.find((/** @type {any} */ each) => each.current);
  const device = items.find((/** @type {any} */ each) => each.session === current?.id);
  if (device) await call("DELETE", `/devices/${device.id}`);
  const registration = await navigator.serviceWorker.ready;
  await (await registration.pushManager.getSubscription())?.unsubscribe();
}
