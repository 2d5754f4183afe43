// SPDX-License-Identifier: EUPL-1.2
// Posts that were written without a connection. Each keeps its Idempotency-Key, so that one which did arrive, and
// only its answer was lost, is not published twice.

import { call, Problem } from "/shared/api.js";
import { inOneLine } from "/shared/problem.js";

const KEPT = "stadtfunk.outbox";

/** @typedef {{channel_id: string, text: string, photo_ids: string[]}} NewPost */
/** @typedef {{key: string, post: NewPost, refused?: string}} Entry */
/** @typedef {Entry & {discard: () => void}} Queued */

/** @returns {Entry[]} */
const entries = () => JSON.parse(localStorage.getItem(KEPT) ?? "[]");
/** @param {Entry[]} list */
const keep = (list) => localStorage.setItem(KEPT, JSON.stringify(list));
/** @param {string} key */
const discard = (key) => keep(entries().filter((entry) => entry.key !== key));

/** What has not been sent, or was refused. @returns {Queued[]} */
export const waiting = () => entries().map((entry) => ({ ...entry, discard: () => discard(entry.key) }));

/**
 * Publishes at once, or keeps the post until there is a connection.
 * @param {NewPost} post @param {string} key
 * @returns {Promise<boolean>} whether it is published; a refusal is thrown
 */
export async function publish(post, key) {
  try {
    await call("POST", "/posts", { body: post, key });
    return true;
  } catch (error) {
    if (!(error instanceof Problem && error.offline)) throw error;
    keep([...entries(), { key, post }]);
    return false;
  }
}

/** What may go better later: no connection, no session, under way already, too many requests, a server in trouble.
 * @param {unknown} error */
const mayPass = (error) =>
  error instanceof Problem &&
  (error.offline || error.body.status >= 500 || [401, 409, 429].includes(error.body.status));

/** Sends what waits. @returns {Promise<boolean>} whether anything has changed */
export async function flush() {
  let changed = false;
  for (const entry of entries().filter((each) => !each.refused)) {
    try {
      await call("POST", "/posts", { body: entry.post, key: entry.key });
      discard(entry.key);
    } catch (error) {
      if (mayPass(error)) break;
      keep(entries().map((each) => (each.key === entry.key ? { ...each, refused: inOneLine(error) } : each)));
    }
    changed = true;
  }
  return changed;
}
