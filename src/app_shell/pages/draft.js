// SPDX-License-Identifier: EUPL-1.2
// What somebody has begun to write, kept on the device.

/** @param {string} name what it is a draft of, e.g. `comment:<post>` */
export function draft(name) {
  const kept = `stadtfunk.draft.${name}`;
  return {
    /** @returns {any} */
    read: () => JSON.parse(localStorage.getItem(kept) ?? "null"),
    /** @param {any} value */
    write: (value) => localStorage.setItem(kept, JSON.stringify(value)),
    forget: () => localStorage.removeItem(kept),
  };
}
