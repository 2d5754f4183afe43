// SPDX-License-Identifier: EUPL-1.2
// The client of the public API: one function to call it, one error for everything that it refuses.

import { language, offlineWord } from "./language.js";

const TOKEN = "stadtfunk.token";

/** RFC 9457. @typedef {{type: string, title: string, status: number, detail?: string, trace_id?: string,
 *   errors?: {pointer: string, message: string}[]}} ProblemBody */

/** What the server refused, in the words that it has for it. Status 0: it was not reached. */
export class Problem extends Error {
  /** @param {ProblemBody} body */
  constructor(body) {
    super(body.title);
    this.body = body;
  }

  get offline() {
    return this.body.status === 0;
  }

  /** @param {string} slug the end of the problem's type */
  is(slug) {
    return this.body.type.endsWith(`/${slug}`);
  }
}

/** The session's token stays in this browser until somebody signs out. The app and the console have the same. */
export const session = {
  get token() {
    return localStorage.getItem(TOKEN);
  },
  /** @param {string} token */
  begin(token) {
    localStorage.setItem(TOKEN, token);
  },
  end() {
    localStorage.removeItem(TOKEN);
  },
  /** Whoever signs out leaves nothing behind for the next one: no draft, and nothing that waits to be sent. */
  forget() {
    for (const key of Object.keys(localStorage)) if (key.startsWith("stadtfunk.")) localStorage.removeItem(key);
  },
};

/** Called when the server no longer knows the session. @type {() => void} */
let onEnded = () => {};
/** @param {() => void} listener */
export const whenSessionEnds = (listener) => {
  onEnded = listener;
};

/** How far the server's clock is ahead of this one, in ms; to within the second of its `Date`. */
let ahead = 0;
export const serverNow = () => Date.now() + ahead;

/**
 * @param {string} method @param {string} path below /api/v1
 * @param {{body?: any, form?: FormData, key?: string, revision?: number}} [more]
 *   `key`: the Idempotency-Key of a POST; give the same one to send the same thing again
 * @returns {Promise<any>} the answer's JSON, or nothing
 */
export async function call(method, path, { body, form, key, revision } = {}) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": language };
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST") headers["Idempotency-Key"] = key ?? newKey();
  if (revision !== undefined) headers["If-Match"] = `"${revision}"`;
  const response = await reach(`/api/v1${path}`, { method, headers, body: form ?? (body && JSON.stringify(body)) });
  if (response.ok) return response.status === 204 ? undefined : response.json();
  throw await refused(response);
}

/** @param {string} path */
export const get = (path) => call("GET", path);

/** All pages of a list, up to `most` items. @param {string} path @param {number} [most] */
export async function all(path, most = 1000) {
  const items = [];
  let cursor;
  do {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=100${cursor ? `&cursor=${cursor}` : ""}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

/** A photo as an object URL; whoever asks revokes it. An <img> could not bear the token. @param {string} path */
export async function picture(path) {
  const response = await reach(path, { headers: { Authorization: `Bearer ${session.token}` } });
  if (!response.ok) throw await refused(response);
  return URL.createObjectURL(await response.blob());
}

/** A stream of events, as text and as it comes. `after`: the id of the last that was heard.
 * @param {string} path below /api/v1 @param {{after: string, signal: AbortSignal}} how @returns {AsyncGenerator<string>} */
export async function* events(path, { after, signal }) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": language, Authorization: `Bearer ${session.token}` };
  if (after) headers["Last-Event-ID"] = after;
  const response = await reach(`/api/v1${path}`, { headers, signal });
  if (!response.ok || !response.body) throw await refused(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Saves an answer as a file. A plain link could not bear the token. @param {string} path below /api/v1 @param {string} name */
export async function download(path, name) {
  const href = await picture(`/api/v1${path}`);
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** 128 random bits. Not `randomUUID`, which a page without TLS does not have. */
export function newKey() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** @param {string} url @param {RequestInit} request */
async function reach(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new Problem({ type: "about:blank/offline", title: offlineWord, status: 0 });
  }
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The header is cut to the second: what is within it is no difference.
  if (date) ahead = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  return response;
}

/** @param {Response} response */
async function refused(response) {
  const body = await response
    .json()
    .catch(() => ({ type: "about:blank", title: response.statusText, status: response.status }));
  if (response.status === 401 && session.token) {
    session.end();
    onEnded();
  }
  return new Problem(body);
}
