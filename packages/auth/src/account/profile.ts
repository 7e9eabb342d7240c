import { and, eq, gt } from "drizzle-orm";

import type { AccountProfile } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { FieldErrors, ProfileChange } from "../auth.ts";
import type { Principal } from "../session/principal.ts";
import type { SessionOrigin } from "../session/session-engine.ts";

import type { AccountContext } from "./account-context.ts";

const longestName = 100;

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
    createdAt: user.createdAt.toISOString(),
    hasPassword: user.passwordHash !== null,
  };
}

/** See `Accounts.updateProfile`. */
export async function updateProfile(
  { bus, audit }: AccountContext,
  tx: Transaction,
  change: ProfileChange,
  from: SessionOrigin & { readonly principal: Principal },
): Promise<{ readonly status: "changed" } | { readonly status: "invalid"; readonly fields: FieldErrors }> {
  const { values, faults } = readChange(change);
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

function readChange({ firstName, lastName, locale }: ProfileChange) {
  const values: { firstName?: string; lastName?: string; locale?: string | null } = {};
  const faults: Record<string, readonly string[]> = {};
  for (const [field, raw] of Object.entries({ firstName, lastName })) {
    if (raw === undefined) continue;
    const name = parseName(raw);
    if ("fault" in name) faults[field] = [name.fault];
    else values[field as "firstName" | "lastName"] = name.value;
  }
  if (locale === null) values.locale = null;
  else if (locale !== undefined) {
    const tag = parseLocale(locale);
    if (tag === null) faults["locale"] = ["This is no language tag. Write one like en or pt-BR."];
    else values.locale = tag;
  }
  return { values, faults };
}

function parseName(raw: string): { readonly value: string } | { readonly fault: string } {
  // Looked at before anything is done with it: normalising a text of megabytes takes its time.
  if (raw.length > 4 * longestName) return { fault: `Too long: at most ${longestName} characters.` };
  const value = raw.normalize("NFC").trim();
  if (Array.from(value).length > longestName) return { fault: `Too long: at most ${longestName} characters.` };
  // Marks of direction and joiners are part of names in some scripts; what controls a terminal or breaks a line is not.
  if (!value.isWellFormed() || /[\p{Cc}\u2028\u2029]/u.test(value))
    return { fault: "It has a character that cannot be kept. Type it again." };
  return { value };
}

function parseLocale(raw: string): string | null {
  if (raw.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(raw)[0] ?? null;
  } catch {
    // Not a tag.
    return null;
  }
}
