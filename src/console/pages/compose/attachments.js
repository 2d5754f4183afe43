// SPDX-License-Identifier: EUPL-1.2
// Pictures and files that the announcement carries. Each is uploaded at once and is its editor's alone until the
// announcement is stored; the press gets only what is meant for it too.

import { call, picture } from "/shared/api.js";
import { fill, h, icon } from "/shared/element.js";
import { fileSize } from "/shared/language.js";
import { problem } from "/shared/problem.js";
import { say as common } from "/console/words.js";
import { say } from "./words.js";

/** Of each; docs/api/announcements.md. */
const MOST = 10;
/** What is taken, by the names' endings; docs/api/files.md. */
const FILES = ".pdf,.docx,.xlsx,.odt,.ods,.ics,.csv,.txt";
const PHOTOS = "image/jpeg,image/png,image/webp";

/** @typedef {{id: string, press: boolean, alt_text?: string}} Photo */
/** @typedef {{id: string, press: boolean, title: string, name: string, bytes: number}} File_ */

/** @type {import("./index.js").MakeSection} */
export function attachments({ work, changed, visit }) {
  /** @type {Photo[]} */
  const photos = work.photos ?? [];
  /** @type {File_[]} */
  const files = work.files ?? [];
  Object.assign(work, { photos, files });
  /** By photo; forgotten when the page is left. @type {Map<string, Promise<string>>} */
  const previews = new Map();
  visit.signal.addEventListener("abort", () => {
    for (const preview of previews.values()) preview.then(URL.revokeObjectURL, () => {});
  });
  const trouble = h("div", { "aria-live": "polite" });
  const status = h("p", { class: "hint", role: "status" });
  const list = h("ul", { class: "stack" });
  /** How many choices of files are on their way: nothing goes out without what was just added. */
  let sending = 0;

  const photoButton = chooser(say.attached.addPhoto, PHOTOS, async (file) => {
    const made = await send("/photos", "photo", file);
    photos.push({ id: made.id, press: false });
    previews.set(made.id, Promise.resolve(URL.createObjectURL(file)));
  });
  const fileButton = chooser(say.attached.addFile, FILES, async (file) => {
    const made = await send("/files", "file", file);
    files.push({ id: made.id, press: false, title: "", name: made.name, bytes: made.bytes });
  });

  /** @param {string} name @param {string} accept @param {(file: File) => Promise<void>} add */
  function chooser(name, accept, add) {
    const input = h("input", { type: "file", accept, multiple: true, class: "heard", onchange: upload });
    const button = h("label", { class: "button" }, icon("plus"), name, input);
    async function upload() {
      fill(trouble);
      status.textContent = say.attached.sending;
      sending++;
      changed();
      try {
        for (const file of input.files) await add(file);
      } catch (error) {
        fill(trouble, problem(error));
      }
      sending--;
      status.textContent = sending ? say.attached.sending : "";
      input.value = "";
      drawList();
      changed();
    }
    return { button, input };
  }

  function drawList() {
    fill(list, photos.map(photoLine), files.map(fileLine));
    photoButton.input.disabled = photos.length >= MOST;
    fileButton.input.disabled = files.length >= MOST;
  }

  /** @param {Photo} photo */
  function photoLine(photo) {
    const image = h("img", { alt: "", class: "thumb" });
    const preview = previews.get(photo.id) ?? picture(`/api/v1/photos/${photo.id}/small`);
    previews.set(photo.id, preview);
    preview.then(
      (url) => {
        image.src = url;
      },
      () => {}, // Its words say what it shows.
    );
    const words = field(photo.alt_text ?? "", 500, (text) => {
      photo.alt_text = text;
    });
    words.id = `alt-${photo.id}`;
    return line(photo, photos, image, h("label", { class: "grow" }, say.attached.alt, words));
  }

  /** @param {File_} file */
  function fileLine(file) {
    const title = field(file.title === file.name ? "" : file.title, 120, (text) => {
      file.title = text;
    });
    title.placeholder = file.name;
    const label = h(
      "label",
      { class: "grow" },
      say.attached.title,
      title,
      h("small", {}, `${file.name} · ${fileSize(file.bytes)}`),
    );
    return line(file, files, icon("file"), label);
  }

  /** @param {string} value @param {number} most @param {(text: string) => void} told */
  function field(value, most, told) {
    const input = h("input", {
      maxlength: most,
      oninput: () => {
        told(input.value.trim());
        changed();
      },
    });
    input.value = value;
    return input;
  }

  /** @param {Photo | File_} each @param {any[]} of @param {Element} sign @param {Element} words */
  function line(each, of, sign, words) {
    const press = h("input", {
      type: "checkbox",
      checked: each.press,
      onchange: () => {
        each.press = press.checked;
        changed();
      },
    });
    const remove = () => {
      of.splice(of.indexOf(each), 1);
      drawList();
      changed();
    };
    return h(
      "li",
      { class: "row attached" },
      sign,
      words,
      h("label", { class: "choice" }, press, say.attached.press),
      h("button", { type: "button", class: "quiet", "aria-label": common.remove, onclick: remove }, icon("close")),
    );
  }

  drawList();
  return {
    node: h(
      "fieldset",
      { class: "stack tight", id: "attachments" },
      h("legend", {}, say.attached.legend),
      list,
      status,
      trouble,
      h("div", { class: "row" }, photoButton.button, fileButton.button),
    ),
    checks: () => [
      ...(sending ? [{ what: say.attached.sent, lacks: true, needed: /** @type {const} */ ("release") }] : []),
      ...photos.map((photo, at) => ({
        what: say.attached.check(at + 1),
        lacks: !photo.alt_text,
        needed: /** @type {const} */ ("release"),
        at: `alt-${photo.id}`,
      })),
    ],
    written: () => ({
      photos: photos.map(({ id, press, alt_text }) => ({ id, press, alt_text: alt_text || null })),
      files: files.map(({ id, press, title, name }) => ({ id, press, title: title || name })),
    }),
  };
}

/** @param {string} path @param {string} name of the form's field @param {File} file */
function send(path, name, file) {
  const form = new FormData();
  form.append(name, file);
  return call("POST", path, { form });
}
