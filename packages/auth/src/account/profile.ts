import { and, eq, gt } from "drizzle-orm";

import type { AccountProfile } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { FieldErrors, ProfileChange } from "../auth.ts";
import { isUsable } from "../password/unusable-password.ts";
import { toSayableInstant } from "../sayable-instant.ts";
import type { Principal } from "../session/principal.ts";
import type { SessionOrigin } from "../session/session-engine.ts";

import type { AccountContext } from "./account-context.ts";
import { readProfileFields } from "./profile-fields.ts";

/** See `Accounts.profile`. */
export async function readProfile({ db, clock }: AccountContext, userId: string): Promise<AccountProfile | null> {
  const { users, accountTokens } = db.tables;
  const [row] = await db
    .select({ user: users, pendingEmail: accountTokens.email })
    .from(users)
    .leftJoin(
      accountTokens,
      and(
        eq(accountTokens.userId, users.id),
        eq(accountTokens.purpose, "email_change"),
        gt(accountTokens.expiresAt, new Date(clock.now())),
      ),
    )
    .where(eq(users.id, userId));
  if (!row) return null;

  const { user, pendingEmail } = row;
  return {
    username: user.username,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    pendingEmail,
    firstName: user.firstName,
    lastName: user.lastName,
    locale: user.locale,
    createdAt: toSayableInstant(user.createdAt),
    hasPassword: isUsable(user.passwordHash),
  };
}

/** See `Accounts.updateProfile`. */
export async function updateProfile(
  { bus, audit }: AccountContext,
  tx: Transaction,
  change: ProfileChange,
  from: SessionOrigin & { readonly principal: Principal },
): Promise<{ readonly status: "changed" } | { readonly status: "invalid"; readonly fields: FieldErrors }> {
  const { values, faults } = readProfileFields(change);
  if (Object.keys(faults).length > 0) return { status: "invalid", fields: faults };
  if (Object.keys(values).length === 0) return { status: "changed" };

  const { users } = tx.tables;
  const userId = from.principal.user.id;
  await tx.update(users).set(values).where(eq(users.id, userId));
  const details = { fields: Object.keys(values) };
  await audit.recordIn(tx, {
    action: "account.update_profile",
    outcome: "ok",
    actor: actorOf(from.principal, from),
    details,
  });
  tx.afterCommit(() => bus.publish({ kind: "user", userId }));
  return { status: "changed" };
}
