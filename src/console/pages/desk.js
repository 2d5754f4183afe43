// SPDX-License-Identifier: EUPL-1.2
// What an editor does with an announcement. Each verb sends the revision that the editor has seen, so that nobody's
// work is overwritten unseen.

import { call } from "/shared/api.js";
import { confirm } from "/shared/element.js";
import { say } from "./words.js";

const ROOT = "/editorial/announcements";

/**
 * Makes the draft, or changes it. Where nothing has changed nothing is sent: a change would void an approval.
 * @param {import("./compose/index.js").Work} work @param {Record<string, any>} body
 */
export async function save(work, body) {
  const stored = JSON.stringify(body);
  if (work.id && work.stored === stored) return { id: work.id, revision: work.revision };
  const saved = await send(work, body);
  work.stored = stored;
  return saved;
}

/** @param {import("./compose/index.js").Work} work @param {any} body */
function send(work, body) {
  if (work.id) return call("PATCH", `${ROOT}/${work.id}`, { body, revision: work.revision });
  return call("POST", ROOT, { body });
}

/** Lays it before the other editors. @param {any} announcement */
export const submit = (announcement) =>
  call("PUT", `${ROOT}/${announcement.id}/review`, { revision: announcement.revision });

/** @param {any} announcement */
export const takeBack = (announcement) =>
  call("DELETE", `${ROOT}/${announcement.id}/review`, { revision: announcement.revision });

/** Approves what the editor has seen. @param {any} announcement */
export const approve = (announcement) =>
  call("PUT", `${ROOT}/${announcement.id}/approval`, { revision: announcement.revision });

/** @param {any} announcement @param {string | undefined} release_at */
export const schedule = (announcement, release_at) =>
  call("PUT", `${ROOT}/${announcement.id}/schedule`, { body: { release_at }, revision: announcement.revision });

/** @param {any} announcement */
export const cancelSchedule = (announcement) =>
  call("DELETE", `${ROOT}/${announcement.id}/schedule`, { revision: announcement.revision });

/** T is now, if the editor is sure; null if not. @param {any} announcement */
export async function release(announcement) {
  const sure = await confirm({ title: say.releaseTitle, text: say.releaseText, yes: say.releaseNow, no: say.cancel });
  return sure ? call("PUT", `${ROOT}/${announcement.id}/release`, { revision: announcement.revision }) : null;
}

/** Deletes what nobody has seen; withdraws what is released. Null if the editor is not sure. @param {any} announcement */
export async function remove(announcement) {
  const question =
    announcement.state === "released"
      ? { title: say.withdrawTitle, text: say.withdrawText, yes: say.withdraw }
      : { title: say.removeTitle, text: say.removeText, yes: say.remove };
  const sure = await confirm({ ...question, no: say.cancel, danger: true });
  return sure ? call("DELETE", `${ROOT}/${announcement.id}`, { revision: announcement.revision }) : null;
}
