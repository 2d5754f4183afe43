// SPDX-License-Identifier: EUPL-1.2
// What an editor does with an announcement. Each verb sends the revision that the editor has seen, so that nobody's
// work is overwritten unseen.

import { call } from "/shared/api.js";
import { confirm } from "/shared/element.js";
import { say } from "./words.js";

const ROOT = "/editorial/announcements";

/** Makes the draft. @param {Record<string, any>} body */
export const draft = (body) => call("POST", ROOT, { body });

/** Changes what is not released yet. @param {any} announcement @param {Record<string, any>} body */
export const change = (announcement, body) =>
  call("PATCH", `${ROOT}/${announcement.id}`, { body, revision: announcement.revision });

/** Sets the rule for the press; none: it gets nothing. @param {any} announcement @param {any} [rule] */
export const servePress = ({ id, revision }, rule) =>
  rule
    ? call("PUT", `${ROOT}/${id}/press`, { body: rule, revision })
    : call("DELETE", `${ROOT}/${id}/press`, { revision });

/** Asks this of the readers; nothing: no answer is wanted. @param {any} announcement @param {any} [question] */
export const ask = ({ id, revision }, question) =>
  question
    ? call("PUT", `${ROOT}/${id}/question`, { body: question, revision })
    : call("DELETE", `${ROOT}/${id}/question`, { revision });

/** Lays it before the other editors. @param {any} announcement */
export const submit = (announcement) =>
  call("PUT", `${ROOT}/${announcement.id}/review`, { revision: announcement.revision });

/** @param {any} announcement */
export const takeBack = (announcement) =>
  call("DELETE", `${ROOT}/${announcement.id}/review`, { revision: announcement.revision });

/** Approves what the editor has seen. @param {any} announcement */
export const approve = (announcement) =>
  call("PUT", `${ROOT}/${announcement.id}/approval`, { revision: announcement.revision });

/** Sets or moves T. @param {any} announcement @param {{release_at: string} | {release_at_local: {at: string, zone: string}}} body */
export const schedule = (announcement, body) =>
  call("PUT", `${ROOT}/${announcement.id}/schedule`, { body, revision: announcement.revision });

/** @param {any} announcement */
export const cancelSchedule = (announcement) =>
  call("DELETE", `${ROOT}/${announcement.id}/schedule`, { revision: announcement.revision });

/** T is now, if the editor is sure; null if not. @param {any} announcement */
export async function release(announcement) {
  const sure = await confirm({ title: say.releaseTitle, text: say.releaseText, yes: say.releaseNow, no: say.cancel });
  return sure ? call("PUT", `${ROOT}/${announcement.id}/release`, { revision: announcement.revision }) : null;
}

/** Deletes what nobody has seen. Null if the editor is not sure. @param {any} announcement */
export async function remove(announcement) {
  const question = { title: say.removeTitle, text: say.removeText, yes: say.remove, no: say.cancel, danger: true };
  return (await confirm(question)) ? discard(announcement) : null;
}

/** Deletes what nobody has seen, and withdraws what is released; does not ask. @param {any} announcement */
export const discard = ({ id, revision }) => call("DELETE", `${ROOT}/${id}`, { revision });

/** Gives what is released other words.
 * @param {any} announcement @param {{texts: any, note: Record<string, string>, silent: boolean}} correction */
export const correct = ({ id, revision }, correction) =>
  call("PUT", `${ROOT}/${id}/correction`, { body: correction, revision });

/** Lets the correction that waits take effect. @param {any} announcement */
export const approveCorrection = ({ id, revision }) => call("PUT", `${ROOT}/${id}/correction/approval`, { revision });

/** Takes back, or refuses, the correction that waits. @param {any} announcement */
export const dropCorrection = ({ id, revision }) => call("DELETE", `${ROOT}/${id}/correction`, { revision });
