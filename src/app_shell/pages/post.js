// SPDX-License-Identifier: EUPL-1.2
// One post with its comments. A reply answers a comment; there is no third level.

import { all, call, get, newKey } from "/shared/api.js";
import { fill, h, icon, say as toast } from "/shared/element.js";
import { inOneLine, problem } from "/shared/problem.js";
import { byline, card } from "./card.js";
import { draft } from "./draft.js";
import { say } from "./words.js";

/** @type {import("./app.js").Page} */
export async function postPage(visit, id) {
  const [post, comments] = await Promise.all([get(`/posts/${id}`), all(`/posts/${id}/comments`)]);
  const list = h("ol", { class: "comments" });
  const empty = h("p", { class: "empty" }, say.noComments);

  /** @param {any} comment */
  function place(comment) {
    const node = commentNode(comment, (name) => form.answer(comment.parent_id ?? comment.id, name), visit);
    const siblings = comment.parent_id && [...list.querySelectorAll(`[data-thread="${comment.parent_id}"]`)];
    if (siblings?.length) siblings[siblings.length - 1].after(node);
    else list.append(node);
    empty.hidden = true;
    return node;
  }

  const form = commentForm(id, (comment) => place(comment).scrollIntoView({ block: "nearest" }));
  comments.forEach(place);
  return h(
    "div",
    { class: "stack" },
    h("a", { class: "button quiet back", href: "/" }, icon("back"), say.news),
    card(post, visit, { whole: true }),
    list,
    empty,
    form.node,
  );
}

/** @param {any} comment @param {(name: string) => void} answer @param {import("./app.js").Visit} visit */
function commentNode(comment, answer, visit) {
  const place = {
    class: comment.parent_id ? "comment reply" : "comment",
    "data-thread": comment.parent_id ?? comment.id,
  };
  if (!comment.author) return h("li", place, h("p", { class: "muted" }, say.deleted));
  const mine = comment.author.id === visit.me.id;
  const node = h(
    "li",
    place,
    byline(comment),
    h("p", { class: "text" }, comment.text),
    h(
      "div",
      { class: "row" },
      h("button", { class: "quiet small", onclick: () => answer(comment.author.name) }, say.reply),
      mine && h("button", { class: "quiet small danger", onclick: remove }, say.remove),
    ),
  );

  async function remove() {
    try {
      await call("DELETE", `/comments/${comment.id}`);
      fill(node, h("p", { class: "muted" }, say.deleted));
    } catch (error) {
      toast(inOneLine(error));
    }
  }

  return node;
}

/** @param {string} post @param {(comment: any) => void} done */
function commentForm(post, done) {
  const kept = draft(`comment:${post}`);
  /** @type {{key: string, text: string, parent?: string, name?: string}} */
  let state = kept.read() ?? { key: newKey(), text: "" };
  const trouble = h("div", { "aria-live": "polite" });
  const target = h("div", { class: "row small" });
  const text = h(
    "textarea",
    {
      rows: 1,
      maxlength: 2000,
      "aria-label": say.writeComment,
      placeholder: say.writeComment,
      oninput: () => {
        state.text = text.value;
        kept.write(state);
      },
    },
    state.text,
  );
  const button = h("button", { class: "primary" }, say.send);

  function draw() {
    text.value = state.text;
    fill(
      target,
      state.parent && [
        say.replyTo(state.name ?? ""),
        h(
          "button",
          {
            type: "button",
            class: "quiet",
            "aria-label": say.cancel,
            onclick: () => {
              state = { key: state.key, text: state.text };
              kept.write(state);
              draw();
            },
          },
          icon("close"),
        ),
      ],
    );
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (!state.text.trim()) return text.focus();
    button.disabled = true;
    text.readOnly = true; // What would be added now is in no comment.
    try {
      const body = { text: state.text, ...(state.parent && { parent_id: state.parent }) };
      done(await call("POST", `/posts/${post}/comments`, { body, key: state.key }));
      state = { key: newKey(), text: "" };
      kept.forget();
      draw();
      fill(trouble);
    } catch (error) {
      fill(trouble, problem(error));
    } finally {
      button.disabled = false;
      text.readOnly = false;
    }
  }

  draw();
  const node = h(
    "form",
    { class: "card writer stack tight", onsubmit: submit },
    target,
    trouble,
    h("div", { class: "row" }, text, button),
  );
  return {
    node,
    /** @param {string} parent @param {string} name */
    answer(parent, name) {
      state = { ...state, parent, name };
      kept.write(state);
      draw();
      text.focus();
    },
  };
}
