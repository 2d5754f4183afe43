// SPDX-License-Identifier: EUPL-1.2
// Until when it has something to say, and how late it may still be released by itself if no server ran at T.

import { serverNow } from "/shared/api.js";
import { h } from "/shared/element.js";
import { duration } from "/shared/language.js";
import { instantOf, shownAt } from "/console/clocks.js";
import { say } from "./words.js";

/** In seconds; docs/api/announcements.md. */
const LATENESSES = [900, 3600, 21_600, 86_400, 604_800];

/** @type {import("./index.js").MakeSection} */
export function ends({ work, known, changed }) {
  const end = h("input", {
    type: "datetime-local",
    step: "60",
    max: "9999-12-31T23:59", // A year has four digits.
    id: "end",
    oninput: () => {
      work.expires_at = end.value ? instantOf(end.value).toISOString() : null;
      changed();
    },
  });
  if (work.expires_at) end.value = shownAt(new Date(work.expires_at)).slice(0, 16);
  const late = h(
    "select",
    {
      onchange: () => {
        work.lateness = late.value === "keep" ? undefined : late.value ? Number(late.value) : null;
        changed();
      },
    },
    known && h("option", { value: "keep" }, say.ends.keep(duration(known.max_lateness_seconds * 1000))),
    h("option", { value: "" }, say.ends.usual),
    LATENESSES.map((seconds) => h("option", { value: seconds }, duration(seconds * 1000))),
  );
  if (work.lateness !== undefined) late.value = String(work.lateness ?? "");
  const tooEarly = () => {
    const ended = new Date(work.expires_at).getTime();
    const t = work.shownTime ? instantOf(work.shownTime).getTime() : 0;
    return ended <= serverNow() || ended <= t;
  };
  return {
    node: h(
      "div",
      { class: "row wide fields" },
      h("label", {}, say.ends.until, end, h("small", {}, say.ends.untilHint)),
      h("label", {}, say.ends.late, late, h("small", {}, say.ends.lateHint)),
    ),
    checks: () => (work.expires_at ? [{ what: say.ends.check, lacks: tooEarly(), at: "end" }] : []),
    written: () => ({
      expires_at: work.expires_at ?? null,
      // Left out it stays, or is what the city's configuration says for the class.
      ...(work.lateness === undefined ? {} : { max_lateness_seconds: work.lateness }),
    }),
  };
}
