// SPDX-License-Identifier: EUPL-1.2
// Photos in a quiet grid. Their boxes are there first, in the photo's own colour, so that nothing jumps.

import { picture } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { say } from "./words.js";

/** @typedef {{id: string, url?: string, width: number, height: number, placeholder: string, alt_text?: string}} Photo */

/** How many fit into the grid; the last one says how many more there are. */
const SHOWN = 4;
/** A lone photo keeps its own shape within these (width by height). */
const NARROWEST = 3 / 4;
const WIDEST = 2;

/** @param {Photo[]} photos @param {import("./app.js").Visit} visit */
export function photoGrid(photos, visit) {
  const shown = photos.slice(0, SHOWN);
  const grid = h(
    "div",
    { class: `photos of-${shown.length}` },
    shown.map((photo, at) => {
      const rest = at === SHOWN - 1 ? photos.length - SHOWN : 0;
      return h(
        "button",
        {
          class: "photo",
          "aria-label": photo.alt_text || say.photoOf(at + 1, photos.length),
          onclick: () => fullScreen(photos, at),
        },
        lazily(photo, "medium", visit.signal),
        rest > 0 && h("span", { class: "rest" }, `+${rest}`),
      );
    }),
  );
  if (photos.length === 1) {
    const shape = Math.min(WIDEST, Math.max(NARROWEST, photos[0].width / photos[0].height));
    grid.style.aspectRatio = String(shape);
  }
  [...grid.children].forEach((box, at) => {
    box.style.backgroundColor = colourOf(photos[at].placeholder);
  });
  return grid;
}

/** @param {Photo} photo @param {"small" | "medium" | "large"} size */
const addressOf = (photo, size) => (photo.url ?? `/api/v1/photos/${photo.id}/{size}`).replace("{size}", size);

/** Fetched when it comes near the screen, and forgotten by us once the browser has drawn it.
 * @param {Photo} photo @param {"small" | "medium" | "large"} size @param {AbortSignal} [signal] */
function lazily(photo, size, signal) {
  const image = h("img", { alt: photo.alt_text ?? "", width: photo.width, height: photo.height, decoding: "async" });
  const near = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      try {
        const url = await picture(addressOf(photo, size));
        image.onload = () => {
          URL.revokeObjectURL(url);
          image.classList.add("there");
        };
        image.src = url;
      } catch {
        // The box with its colour stays; opening it tries again.
      }
    },
    { rootMargin: "600px" },
  );
  near.observe(image);
  signal?.addEventListener("abort", () => near.disconnect());
  return image;
}

/** One photo after the other, as large as the screen; swipe or arrow keys. @param {Photo[]} photos @param {number} first */
function fullScreen(photos, first) {
  const strip = h(
    "div",
    { class: "strip", tabindex: "0" },
    photos.map((photo, at) => {
      const caption = h("p", { class: "caption", hidden: true }, photo.alt_text || say.noAlt);
      return h(
        "figure",
        { "aria-label": say.photoOf(at + 1, photos.length) },
        lazily(photo, "large"),
        caption,
        h(
          "button",
          {
            class: "describe",
            onclick: () => {
              caption.hidden = !caption.hidden;
            },
          },
          say.description,
        ),
      );
    }),
  );
  const dialog = h(
    "dialog",
    { class: "viewer", "aria-label": say.photo, onclose: () => dialog.remove() },
    strip,
    h("button", { class: "shut", "aria-label": say.close, onclick: () => dialog.close() }, icon("close")),
  );
  document.body.append(dialog);
  dialog.showModal();
  strip.children[first].scrollIntoView({ behavior: "instant", inline: "start" });
}

/**
 * The average colour of a ThumbHash (https://evanw.github.io/thumbhash/): its first 24 bits are lightness (6), and the
 * two axes yellow-blue and red-green (6 each).
 * @param {string} hash base64
 */
export function colourOf(hash) {
  const [a = 0, b = 0, c = 0] = [...atob(hash.replace(/-/g, "+").replace(/_/g, "/"))].map((letter) =>
    letter.charCodeAt(0),
  );
  const header = a | (b << 8) | (c << 16);
  const lightness = (header & 63) / 63;
  const p = ((header >> 6) & 63) / 31.5 - 1;
  const q = ((header >> 12) & 63) / 31.5 - 1;
  const blue = lightness - (2 / 3) * p;
  const red = (3 * lightness - blue + q) / 2;
  const green = red - q;
  const channel = (/** @type {number} */ value) => Math.round(255 * Math.min(1, Math.max(0, value)));
  return `rgb(${channel(red)} ${channel(green)} ${channel(blue)})`;
}
