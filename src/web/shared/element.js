// SPDX-License-Identifier: EUPL-1.2
// Elements and small dialogs. What people have written is put in as text, never as markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. An attribute that is `true` stands there without a value, one that is `false` or nothing not at
 * all; a function is called on the event of its name (`onclick`).
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {any} so that the caller need not tell which kind of element a name makes
 */
export function h(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

/** Puts these in the place of all that is in the node. @param {Element} node @param {...(Child | Child[])} children */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function present(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * A line icon of 24 × 24 units.
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries(LINE)) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const LINE = {
  viewBox: "0 0 24 24",
  width: "24",
  height: "24",
  fill: "none",
  stroke: "currentColor",
  "stroke-width": "2",
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
  "aria-hidden": "true",
};

const PATHS = {
  news: "M4 5h13v14H6a2 2 0 0 1-2-2zM17 9h3v8a2 2 0 0 1-2 2M8 9h5M8 13h5",
  megaphone: "M4 10v4h3l8 5V5l-8 5zM18 9a4 4 0 0 1 0 6M8 14v5h3",
  plus: "M12 5v14M5 12h14",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c0-3.5 3-5.5 6.500-5.500s6.500 2 6.500 5.500M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500c2.200.7 3.500 2.500 3.500 5.500",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7",
  comment: "M4 5h16v11H10l-5 4v-4H4z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  channel: "M5 9h14M5 15h14M10 4L8 20M16 4l-2 16",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  log: "M5 4h14v16H5zM8 9h8M8 13h8M8 17h5",
  check: "M5 12.500l4.500 4.500L19 7",
  missing: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
};

/**
 * Does something that must not be done twice: meanwhile these take no tap.
 * @template T @param {any[]} controls @param {() => Promise<T>} action @returns {Promise<T>}
 */
export async function once(controls, action) {
  for (const each of controls) each.disabled = true;
  try {
    return await action();
  } finally {
    for (const each of controls) each.disabled = false;
  }
}

/** Says something for a moment. @param {string} words */
export function say(words) {
  document.querySelector(".toast")?.remove();
  const toast = h("p", { class: "toast", role: "status" }, words);
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  setTimeout(() => toast.remove(), 5000);
}

/**
 * Asks before something that can't be undone.
 * @param {{title: string, text: string | Element, yes: string, no: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      {
        "aria-label": title,
        onclose: () => {
          resolve(dialog.returnValue === "yes");
          dialog.remove();
        },
      },
      h("h2", {}, title),
      typeof text === "string" ? h("p", {}, text) : text,
      h(
        "div",
        { class: "row" },
        h("button", { onclick: () => dialog.close() }, no),
        h("button", { class: danger ? "primary danger-fill" : "primary", onclick: () => dialog.close("yes") }, yes),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
