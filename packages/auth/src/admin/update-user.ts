import { eq } from "drizzle-orm";

import { UniqueViolation } from "@countersign/db";

import { voidLinks } from "../token/link.ts";

import { holdsAllOf, readActingAdmin } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { takenFields } from "./create-user.ts";
import { beyondOwnRights, changeUser, done } from "./make-change.ts";
import { readUserChange, type UserFields } from "./read-user-fields.ts";

/** See `AdminUsers.update`. */
export async function updateUser(
  context: AdminContext,
  call: AdminCall,
  input: Parameters<AdminUsers["update"]>[1],
): Promise<AdminOutcome> {
  const read = readUserChange(context.settings, input);
  if ("fields" in read) return { status: "invalid", fields: read.fields };

  const options = { action: "admin.user.update", userId: input.id, version: input.version } as const;
  try {
    return await changeUser(context, call, options, async (tx, actor, target) => {
      const { users } = tx.tables;
      const values = withoutUnchanged(read.values, target);
      const details = { fields: Object.keys(values).filter((field) => field !== "emailKey") };
      if (details.fields.length === 0) return { outcome: done, details };

      if ("email" in values) {
        // Who sets the address can have a new password sent to it, and so become this user.
        if (target.id !== actor.id && !holdsAllOf(actor, await readActingAdmin(tx, target.id))) {
          return { outcome: beyondOwnRights, details };
        }
        // Links that were mailed to the old address end with it.
        await voidLinks(tx, target.id);
        Object.assign(values, { emailVerifiedAt: null });
      }
      await tx.update(users).set(values).where(eq(users.id, target.id));
      return { outcome: done, details };
    });
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return { status: "invalid", fields: takenFields(error) };
  }
}

function withoutUnchanged(values: UserFields, target: Readonly<Required<UserFields>>): UserFields {
  const changed = Object.entries(values).filter(([name, value]) => target[name as keyof UserFields] !== value);
  return Object.fromEntries(changed);
}
