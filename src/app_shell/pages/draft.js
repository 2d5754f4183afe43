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

/** Whoever signs out leaves nothing behind for the next one. */
export function forgetAll() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("stadtfunk.draft.") || key === "stadtfunk.outbox") localStorage.removeItem(key);
  }
}
