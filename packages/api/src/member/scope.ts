import { eq, sql } from "drizzle-orm";

import { anyOf, membership, type Scope } from "@countersign/crud";

import { members, rolesOfManagers } from "../project/members.ts";
import { changedOneAtATime } from "../project/one-at-a-time.ts";
import type { Tables } from "../tables.ts";

type Members = Tables["projectMembers"];

/** One's own membership: it can always be given up. */
const own: Scope<Tables, Members> = {
  columns: [],
  where: (who, action, { table }) => (action === "remove" ? eq(table.userId, who.user.id) : sql`1 = 0`),
  admit: async () => ({ status: "hidden" }),
  watches: () => [],
  grant: (who, _narrowing, _reader, { table }) => ({
    key: who.user.id,
    topics: [],
    where: (action) => (action === "remove" ? eq(table.userId, who.user.id) : sql`1 = 0`),
  }),
};

/** The members of the projects one is a member of, changed by their managers. */
export const memberScope = changedOneAtATime(
  anyOf(membership<Tables, Members>({ of: "projectId", ...members, roles: rolesOfManagers }), own),
);
