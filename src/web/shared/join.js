// SPDX-License-Identifier: EUPL-1.2
// Signing in with the code of a letter. The app and the console ask in the same way.

import { call, session } from "./api.js";
import { h, fill } from "./element.js";
import { language, choose, words } from "./language.js";
import { problem } from "./problem.js";

const say = words({
  de: {
    title: "Anmelden",
    code: "Code aus Ihrem Brief",
    hint: "12 Buchstaben und Ziffern. Groß oder klein, mit oder ohne Striche: alles geht.",
    go: "Anmelden",
    short: "Ein Code hat 12 Buchstaben und Ziffern. Es fehlen noch",
    long: "Das sind mehr als 12 Zeichen. Bitte vergleichen Sie mit dem Brief.",
    other: "In English",
    none: "Kein Code? Ihre Personalstelle stellt einen neuen aus.",
  },
  en: {
    title: "Sign in",
    code: "Code from your letter",
    hint: "12 letters and digits. Upper or lower case, with or without hyphens: anything goes.",
    go: "Sign in",
    short: "A code has 12 letters and digits. Still missing:",
    long: "These are more than 12 characters. Please compare with the letter.",
    other: "Auf Deutsch",
    none: "No code? Your personnel office can issue a new one.",
  },
});

/**
 * The form to sign in.
 * @param {{heading: string, text: string, code?: string, done: (person: any) => void}} options
 */
export function joinForm({ heading, text, code = "", done }) {
  const trouble = h("div", { "aria-live": "polite" });
  const input = h("input", {
    name: "code",
    value: spell(code),
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    spellcheck: "false",
    inputmode: "text",
    required: true,
    placeholder: "XXXX-XXXX-XXXX",
    class: "code",
    oninput: () => {
      if (input.selectionStart === input.value.length) input.value = spell(input.value);
    },
  });
  const button = h("button", { class: "primary" }, say.go);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const letters = read(input.value);
    if (letters.length !== 12) {
      fill(
        trouble,
        h(
          "p",
          { class: "problem", role: "alert" },
          letters.length > 12 ? say.long : `${say.short} ${12 - letters.length}.`,
        ),
      );
      return input.focus();
    }
    button.disabled = true;
    try {
      const signedIn = await call("POST", "/sessions", { body: { code: letters, device_name: deviceName() } });
      session.begin(signedIn.token);
      done(signedIn.person);
    } catch (error) {
      fill(trouble, problem(error));
    } finally {
      button.disabled = false;
    }
  }

  return h(
    "form",
    { class: "join stack", novalidate: true, onsubmit: submit },
    h("h1", {}, heading),
    h("p", { class: "muted" }, text),
    h("label", {}, say.code, input, h("small", {}, say.hint)),
    trouble,
    button,
    h("p", { class: "small muted" }, say.none),
    h("button", { type: "button", class: "quiet", onclick: () => choose(language === "de" ? "en" : "de") }, say.other),
  );
}

/** What counts of a code (Crockford's base 32: O is 0, I and L are 1). @param {string} text */
export function read(text) {
  return text
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

/** In groups of four, as on the letter. @param {string} text */
const spell = (text) =>
  read(text)
    .match(/.{1,4}/g)
    ?.join("-") ?? "";

/** What the person will recognise in their list of devices: "Firefox, Android". */
function deviceName() {
  const agent = navigator.userAgent;
  const browser = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(name)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((name) => agent.includes(name));
  return [{ Edg: "Edge", OPR: "Opera" }[browser] ?? browser, system].filter(Boolean).join(", ");
}
