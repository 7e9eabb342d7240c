import { sql } from "drizzle-orm";

import { membership, type Scope } from "@countersign/crud";

import type { Tables } from "../tables.ts";

import { members, rolesOfManagers } from "./members.ts";
import { lockProject } from "./one-at-a-time.ts";

const ofMembers = membership<Tables, Tables["projects"]>({ of: "id", ...members, roles: rolesOfManagers });

/** The projects one is a member of; each says who made it. */
export const projectScope: Scope<Tables, Tables["projects"]> = {
  ...ofMembers,

  admit: (who, values, tx, place) => ofMembers.admit(who, { ...values, createdBy: who.user.id }, tx, place),

  // In the order of `lockProject`: to change or remove it, it is locked after the membership otherwise.
  async hold(who, id, tx, place) {
    await lockProject(tx, sql`${id}`);
    await ofMembers.hold?.(who, id, tx, place);
  },
};
