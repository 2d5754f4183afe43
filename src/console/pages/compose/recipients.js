// SPDX-License-Identifier: EUPL-1.2
// Who is meant, with the saved groups.

import { all, get } from "/shared/api.js";
import { namesNobody } from "/console/audience/choices.js";
import { audienceField } from "/console/audience/index.js";
import { say } from "./words.js";

/** @type {import("./index.js").MakeSection} */
export async function recipients({ work, changed }) {
  const [units, choices, groups] = await Promise.all([
    get("/org-units"),
    get("/editorial/audience-choices"),
    all("/editorial/groups"),
  ]);
  const meant = (/** @type {import("/console/audience/choices.js").Audience} */ audience) => {
    work.audience = audience;
    changed();
  };
  return {
    node: audienceField(units.items, work.audience, meant, { ...choices, groups }).node,
    checks: () => [{ what: say.checks.audience, lacks: namesNobody(work.audience), at: "audience" }],
    written: () => ({ audience: work.audience }),
  };
}
