// SPDX-License-Identifier: EUPL-1.2
// Writing a post: text first, camera second. The draft stays on the device until it is published.

import { all, call, newKey } from "/shared/api.js";
import { fill, h, icon, say as toast } from "/shared/element.js";
import { problem } from "/shared/problem.js";
import { draft } from "./draft.js";
import { publish } from "./outbox.js";
import { say } from "./words.js";

const MOST_CHARACTERS = 5000;
const MOST_PHOTOS = 10;

/** @typedef {{key: string, channel: string, text: string, photos: {id: string, alt: string}[]}} Draft */

/** @type {import("./app.js").Page} */
export async function writePage(visit) {
  const channels = (await all("/channels")).filter((channel) => channel.may_post && !channel.archived_at);
  if (!channels.length) return h("p", { class: "empty" }, say.noChannel);
  const kept = draft("post");
  /** @type {Draft} */
  const state = kept.read() ?? { key: newKey(), channel: "", text: "", photos: [] };
  // A channel may have been closed while the draft waited.
  if (!channels.some((channel) => channel.id === state.channel)) state.channel = channels[0].id;
  /** How many requests are on their way: no post leaves twice, or without a photo that was just added. */
  let underWay = 0;
  const drawButton = () => {
    button.disabled = underWay > 0 || !state.text.trim();
  };
  const busy = (/** @type {number} */ more) => {
    underWay += more;
    drawButton();
  };
  const keep = () => {
    kept.write(state);
    drawButton();
  };

  const trouble = h("div", { "aria-live": "polite" });
  const count = h("span", { class: "small muted" });
  const text = h(
    "textarea",
    {
      rows: 7,
      maxlength: MOST_CHARACTERS,
      required: true,
      oninput: () => {
        state.text = text.value;
        counted();
        keep();
      },
    },
    state.text,
  );
  const button = h("button", { class: "primary", disabled: !state.text.trim() }, say.publish);
  function counted() {
    const left = MOST_CHARACTERS - [...state.text].length;
    count.textContent = left < 500 ? say.left(left) : say.draftKept;
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    busy(1);
    const post = { channel_id: state.channel, text: state.text, photo_ids: state.photos.map((photo) => photo.id) };
    try {
      const published = await publish(post, state.key);
      kept.forget();
      visit.go("/");
      toast(published ? say.published : say.pending);
    } catch (error) {
      // Refused, so the key is spent: what is changed now is another request.
      state.key = newKey();
      keep();
      fill(trouble, problem(error));
    } finally {
      busy(-1);
    }
  }

  counted();
  return h(
    "form",
    { class: "card stack", onsubmit: submit },
    h("h1", {}, say.newPost),
    h("label", {}, say.text, text),
    count,
    photoFields(state, keep, trouble, busy),
    channels.length > 1 &&
      h(
        "label",
        {},
        say.where,
        h(
          "select",
          {
            onchange: (/** @type {any} */ event) => {
              state.channel = event.target.value;
              keep();
            },
          },
          channels.map((channel) =>
            h("option", { value: channel.id, selected: channel.id === state.channel }, channel.name),
          ),
        ),
      ),
    trouble,
    button,
  );
}

/**
 * The photos so far, each with its description, and the camera.
 * @param {Draft} state @param {() => void} keep @param {Element} trouble
 * @param {(more: number) => void} busy how many more uploads there are, or fewer
 */
function photoFields(state, keep, trouble, busy) {
  const list = h("ul", { class: "stack" });
  const status = h("p", { class: "small muted", role: "status" });
  const chooser = h("input", {
    type: "file",
    accept: "image/jpeg,image/png,image/webp",
    multiple: true,
    class: "unseen",
    onchange: upload,
  });
  const camera = h("label", { class: "button" }, icon("camera"), say.addPhoto, chooser);

  async function upload() {
    status.textContent = say.uploading;
    busy(1);
    for (const file of [...chooser.files].slice(0, MOST_PHOTOS - state.photos.length)) {
      const form = new FormData();
      form.append("photo", file);
      try {
        const photo = await call("POST", "/photos", { form });
        state.photos.push({ id: photo.id, alt: "" });
        list.append(field(state.photos[state.photos.length - 1], file));
        keep();
      } catch (error) {
        fill(trouble, problem(error));
      }
    }
    busy(-1);
    status.textContent = "";
    chooser.value = "";
  }

  /** @param {{id: string, alt: string}} photo @param {File} [file] shown while the page is open; later only its description is */
  function field(photo, file) {
    const alt = h("input", {
      value: photo.alt,
      maxlength: 500,
      onchange: async () => {
        photo.alt = alt.value.trim();
        keep();
        await call("PATCH", `/photos/${photo.id}`, { body: { alt_text: photo.alt || null } }).catch((error) =>
          fill(trouble, problem(error)),
        );
      },
    });
    const preview = h(
      "span",
      { class: "thumb" },
      file ? h("img", { alt: "", src: URL.createObjectURL(file) }) : icon("camera"),
    );
    const item = h(
      "li",
      { class: "row attached" },
      preview,
      h("label", { class: "grow" }, say.altText, alt, h("small", {}, say.altHint)),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": say.remove,
          onclick: () => {
            state.photos = state.photos.filter((each) => each !== photo);
            item.remove();
            keep();
            call("DELETE", `/photos/${photo.id}`).catch(() => {}); // It is forgotten after a day anyway.
          },
        },
        icon("close"),
      ),
    );
    return item;
  }

  list.append(...state.photos.map((photo) => field(photo)));
  return h("div", { class: "stack" }, list, status, h("div", {}, camera));
}
