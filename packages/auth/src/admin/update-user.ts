import { eq } from "drizzle-orm";

import { type Transaction, UniqueViolation } from "@countersign/db";

import { issueWayBack } from "../account/request-email-change.ts";
import { noticeTo } from "../mail/mail-desk.ts";
import { voidLinks } from "../token/link.ts";

import { holdsAllOf } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { takenFields } from "./create-user.ts";
import { changeUser, done, refused, type UserRow, unchanged } from "./make-change.ts";
import { readUserChange, type UserFields } from "./read-user-fields.ts";
import { refuseSetAddress } from "./user-rules.ts";

/** See `AdminUsers.update`. */
export async function updateUser(
  context: AdminContext,
  call: AdminCall,
  input: Parameters<AdminUsers["update"]>[1],
): Promise<AdminOutcome> {
  const read = readUserChange(context.settings, input);
  if ("fields" in read) return { status: "invalid", fields: read.fields };

  const changedIn = (target: UserRow) =>
    Object.keys(withoutUnchanged(read.values, target)).filter((field) => field !== "emailKey");
  const options = {
    action: "admin.user.update",
    userId: input.id,
    version: input.version,
    details: (target: UserRow) => ({ fields: changedIn(target) }),
  } as const;
  try {
    return await changeUser(context, call, options, async (tx, actor, target) => {
      const { users } = tx.tables;
      const values = withoutUnchanged(read.values, target);
      if (Object.keys(values).length === 0) return unchanged;

      if ("email" in values) {
        const refusal = refuseSetAddress({ actor, target }, { holdsAll: await holdsAllOf(tx, actor, target.id) });
        if (refusal !== null) return { outcome: refused(refusal) };
        // Links that were mailed to the old address end with it.
        await voidLinks(tx, target.id);
        await tellOldAddress(context, tx, target);
        Object.assign(values, { emailVerifiedAt: null });
      }
      await tx.update(users).set(values).where(eq(users.id, target.id));
      return { outcome: done };
    });
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return { status: "invalid", fields: takenFields(error) };
  }
}

/** The way back is for those who had shown that the address was theirs: it would open the account to whoever reads it. */
async function tellOldAddress(context: AdminContext, tx: Transaction, target: UserRow): Promise<void> {
  const { clock, desk, settings } = context;
  const { emailKey, emailVerifiedAt, locale } = target;
  if (emailKey === null) return;
  const now = new Date(clock.now());
  const wayBack = emailVerifiedAt === null ? null : await issueWayBack(context, tx, target, now);
  const link =
    wayBack === null
      ? null
      : { url: desk.urlOf("/account/email/revert", wayBack), lifetimeSeconds: settings.EMAIL_REVERT_SECONDS };
  // As for a change that users make themselves: no limit of notices leaves a way back out.
  const kind = link ? "way-back" : noticeTo(target);
  tx.afterCommit(() =>
    desk.post(async () => {
      if (!(await desk.admits(kind, emailKey))) return null;
      return { to: emailKey, locale, say: (texts) => texts.addressChangedByAdmin(link) };
    }),
  );
}

function withoutUnchanged(values: UserFields, target: Readonly<Required<UserFields>>): UserFields {
  const changed = Object.entries(values).filter(([name, value]) => target[name as keyof UserFields] !== value);
  return Object.fromEntries(changed);
}
