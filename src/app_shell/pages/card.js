// SPDX-License-Identifier: EUPL-1.2
// A post as a card: who and from which office, when, the words, the photos, and one line of reactions and comments.

import { call } from "/shared/api.js";
import { confirm, fill, h, icon, say as toast } from "/shared/element.js";
import { precise, spoken } from "/shared/language.js";
import { inOneLine } from "/shared/problem.js";
import { photoGrid } from "./photos.js";
import { say } from "./words.js";

const SIGNS = { like: "👍", heart: "❤️", applause: "👏", laugh: "😄", thanks: "🙏", sad: "😢" };
/** Longer texts are folded behind "mehr". */
const FOLDED_CHARACTERS = 420;

/**
 * @param {any} post @param {import("./app.js").Visit} visit
 * @param {{whole?: boolean}} [options] `whole`: on its own page, unfolded and without a link to itself
 */
export function card(post, visit, { whole = false } = {}) {
  const mine = post.author.id === visit.me.id;
  return h(
    "article",
    { class: "card post stack" },
    byline(
      post,
      whole && mine && h("button", { class: "quiet danger small", onclick: () => remove(post, visit) }, say.remove),
    ),
    words(post.text, whole),
    post.photos?.length > 0 && photoGrid(post.photos, visit),
    h(
      "div",
      { class: "row foot" },
      reactions(post),
      !whole &&
        h(
          "a",
          {
            class: "button quiet",
            href: `/posts/${post.id}`,
            "aria-label": post.comments ? say.comments(post.comments) : say.comment,
          },
          icon("comment"),
          post.comments || null,
        ),
    ),
  );
}

/** Who, from where, when. @param {any} post @param {any} [more] */
export function byline(post, more) {
  const edited = post.edited_at && (post.edited_by_moderation ? say.editedByModeration : say.edited);
  return h(
    "header",
    { class: "row byline" },
    h("span", { class: "initials", "aria-hidden": "true" }, initials(post.author.name)),
    h(
      "div",
      { class: "grow" },
      h("a", { class: "name", href: `/people/${post.author.id}` }, post.author.name),
      h("p", { class: "small muted" }, `${post.author.unit} · `, when(post.created_at), edited && ` · ${edited}`),
    ),
    more,
  );
}

/** A time as a person says it, the exact one on touch. @param {string} iso */
export const when = (iso) =>
  h("time", { datetime: iso, title: precise(iso), onclick: () => toast(precise(iso)) }, spoken(iso));

/** @param {string} name */
export const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => [...part][0])
    .filter((_, at, all) => at === 0 || at === all.length - 1)
    .join("");

/** @param {string} text @param {boolean} whole */
function words(text, whole) {
  const letters = [...text];
  if (whole || letters.length <= FOLDED_CHARACTERS) return h("p", { class: "text" }, text);
  const paragraph = h(
    "p",
    { class: "text" },
    `${letters
      .slice(0, FOLDED_CHARACTERS - 80)
      .join("")
      .trimEnd()} … `,
    h("button", { class: "link", onclick: () => fill(paragraph, text) }, say.more),
  );
  return paragraph;
}

/** The counts, and the six words to choose from. @param {any} post */
function reactions(post) {
  const box = h("div", { class: "row reactions grow" });
  let open = false;

  /** @param {string} kind */
  async function choose(kind) {
    const path = `/posts/${post.id}/reaction`;
    try {
      const answer =
        post.my_reaction === kind ? await call("DELETE", path) : await call("PUT", path, { body: { kind } });
      post.reactions = answer.reactions;
      post.my_reaction = answer.my_reaction;
    } catch (error) {
      toast(inOneLine(error));
    }
    open = false;
    draw();
  }

  const button = (/** @type {[string, string]} */ [kind, sign], count = 0) =>
    h(
      "button",
      {
        class: `reaction quiet ${post.my_reaction === kind ? "mine" : ""}`,
        "aria-pressed": String(post.my_reaction === kind),
        "aria-label": `${say.reactions[/** @type {keyof typeof SIGNS} */ (kind)]}${count ? ` ${count}` : ""}`,
        title: say.reactions[/** @type {keyof typeof SIGNS} */ (kind)],
        onclick: () => choose(kind),
      },
      sign,
      count > 0 && h("span", {}, count),
    );

  function draw() {
    const counted = Object.entries(SIGNS).filter(([kind]) => open || post.reactions?.[kind]);
    fill(
      box,
      counted.map((entry) => button(entry, post.reactions?.[entry[0]])),
      !open &&
        h(
          "button",
          {
            class: "quiet reaction",
            "aria-label": say.react,
            title: say.react,
            onclick: () => {
              open = true;
              draw();
            },
          },
          "☺",
        ),
    );
  }

  draw();
  return box;
}

/** @param {any} post @param {import("./app.js").Visit} visit */
async function remove(post, visit) {
  const sure = await confirm({
    title: say.removeTitle,
    text: say.removeText,
    yes: say.remove,
    no: say.cancel,
    danger: true,
  });
  if (!sure) return;
  try {
    await call("DELETE", `/posts/${post.id}`);
    visit.go("/");
    toast(say.removed);
  } catch (error) {
    toast(inOneLine(error));
  }
}
