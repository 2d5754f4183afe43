// SPDX-License-Identifier: EUPL-1.2
// Names for the ids that the API gives where it says who has done something.

import { get } from "/shared/api.js";
import { h } from "/shared/element.js";
import { precise, spoken } from "/shared/language.js";
import { say } from "./words.js";

/** Asked once for each as long as the page is open. @type {Map<string, Promise<string>>} */
const names = new Map();

/** @param {string} id @returns {Promise<string>} */
export function nameOf(id) {
  const known = names.get(id);
  if (known) return known;
  const asked = get(`/people/${id}`).then(
    (person) => `${person.given_name} ${person.family_name}`,
    (error) => {
      if (error.body?.status !== 404) names.delete(id); // To be asked again.
      return say.somebodyGone;
    },
  );
  names.set(id, asked);
  return asked;
}

/** A name that stands there once it is known; a link to the person. @param {string} id */
export function person(id) {
  const link = h("a", { href: `#/people/${id}` }, "…");
  nameOf(id).then((name) => {
    if (name === say.somebodyGone) link.replaceWith(name);
    else link.textContent = name;
  });
  return link;
}

/** Who and when. @param {{at: string, by: string}} step */
export const stepOf = ({ at, by }) => h("span", {}, person(by), ", ", moment(at));

/** A time as a person says it; the exact one on touch. @param {string} at */
export const moment = (at) => h("time", { datetime: at, title: precise(at) }, spoken(at));
