import type { BrokenRouters } from "./broken/broken.ts";
import { brokenInputs } from "./broken/inputs.ts";
import { brokenLiveLists } from "./broken/live-lists.ts";
import { brokenQueries } from "./broken/queries.ts";
import { brokenScopes } from "./broken/scopes.ts";
import { brokenWrites } from "./broken/writes.ts";

/** A router for each defect that the suite is to find. */
export const brokenRouters: BrokenRouters = {
  ...brokenScopes,
  ...brokenLiveLists,
  ...brokenInputs,
  ...brokenQueries,
  ...brokenWrites,
};
