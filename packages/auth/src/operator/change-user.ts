import { eq } from "drizzle-orm";

import type { AuditAction } from "@countersign/contract";
import { forUpdate, type Transaction } from "@countersign/db";

import { isLastSuperuser } from "../account/last-superuser.ts";
import type { AuditDetails } from "../audit/audit-event.ts";
import { removeUnprovenIdentities } from "../oidc/remove-unproven-identities.ts";
import { dropLinks } from "../token/link.ts";

import type { OperatorContext } from "./operator-context.ts";
import type { Operator, UserChange } from "./operator.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** See `Operator.setRank`. */
export async function setRank(
  context: OperatorContext,
  userId: string,
  { isStaff, isSuperuser }: Parameters<Operator["setRank"]>[1],
): Promise<UserChange> {
  const mayRemoveSuperuser = isSuperuser === false;
  return changeUser(context, { userId, action: "admin.user.set_superuser", mayRemoveSuperuser }, async (tx, user) => {
    const setsStaff = isStaff !== undefined && isStaff !== user.isStaff;
    const setsSuperuser = isSuperuser !== undefined && isSuperuser !== user.isSuperuser;
    if (!setsStaff && !setsSuperuser) return { status: "unchanged" };

    await update(tx, userId, { ...(setsStaff ? { isStaff } : {}), ...(setsSuperuser ? { isSuperuser } : {}) });
    if (setsSuperuser) await record(context, tx, user, "admin.user.set_superuser", { value: isSuperuser });
    if (setsStaff) await record(context, tx, user, "admin.user.set_staff", { value: isStaff });
    return { status: "changed", endedSessions: 0 };
  });
}

/** See `Operator.setActive`. */
export async function setActive(context: OperatorContext, userId: string, isActive: boolean): Promise<UserChange> {
  const concern = { userId, action: "admin.user.set_active", mayRemoveSuperuser: !isActive } as const;
  return changeUser(context, concern, async (tx, user) => {
    if (user.isActive === isActive) return { status: "unchanged" };

    await update(tx, userId, { isActive });
    const ended = isActive ? [] : await context.sessions.end(tx, { userId }, "deactivated");
    if (!isActive) await dropLinks(tx, userId);
    await record(context, tx, user, "admin.user.set_active", { value: isActive, count: ended.length });
    return { status: "changed", endedSessions: ended.length };
  });
}

/** See `Operator.removeUser`. */
export async function removeUser(context: OperatorContext, userId: string): Promise<UserChange> {
  const concern = { userId, action: "admin.user.remove", mayRemoveSuperuser: true } as const;
  return changeUser(context, concern, async (tx, user) => {
    // Before the row takes them with it: their sockets are to hear why.
    const ended = await context.sessions.end(tx, { userId }, "deleted");
    await tx.delete(tx.tables.users).where(eq(tx.tables.users.id, userId));
    await record(context, tx, user, "admin.user.remove", { count: ended.length });
    return { status: "changed", endedSessions: ended.length };
  });
}

/** See `Operator.setPassword`. */
export async function setPassword(
  context: OperatorContext,
  userId: string,
  password: string,
): ReturnType<Operator["setPassword"]> {
  const { users } = context.db.tables;
  const [account] = await context.db
    .select({ username: users.username, email: users.email })
    .from(users)
    .where(eq(users.id, userId));
  if (!account) return { status: "not-found" };
  const fault = await context.passwordRule.findFault(password, account);
  if (fault !== null) return { status: "invalid", fields: { password: [fault] } };

  const passwordHash = await hash(context, password);
  const concern = { userId, action: "admin.user.set_password", mayRemoveSuperuser: false } as const;
  return changeUser(context, concern, async (tx, user) => {
    await update(tx, userId, { passwordHash });
    const ended = await context.sessions.end(tx, { userId }, "password_changed");
    // The way back from a change of address too: it would make the password void that is set here.
    await dropLinks(tx, userId);
    // As with a reset by mail: whoever came in by these may be somebody else.
    await removeUnprovenIdentities(context, tx, { user, actor: context.actor });
    await record(context, tx, user, "admin.user.set_password", { count: ended.length });
    return { status: "changed", endedSessions: ended.length };
  });
}

/** Today's hash of a password. */
export async function hash({ passwords }: Pick<OperatorContext, "passwords">, password: string): Promise<string> {
  const hashed = await passwords.hash(password);
  if (typeof hashed === "string") return hashed;
  throw new Error("Too many passwords are being hashed. Set them one after the other.");
}

interface Concern {
  readonly userId: string;
  /** What a refusal stands in the audit log as. */
  readonly action: AuditAction;
  /** Asks first whether the user is the last superuser, which locks all of them. */
  readonly mayRemoveSuperuser: boolean;
}

/** Changes a user who is locked, tells those who watch, and writes down a refusal. */
async function changeUser(
  { db, bus, audit, actor }: OperatorContext,
  { userId, action, mayRemoveSuperuser }: Concern,
  change: (tx: Transaction, user: StoredUser) => Promise<UserChange>,
): Promise<UserChange> {
  const { outcome, user } = await db.transaction(async (tx) => {
    const isLast = mayRemoveSuperuser && (await isLastSuperuser(tx, userId));
    const { users } = tx.tables;
    const [found] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, userId)));
    if (!found) return { outcome: { status: "not-found" } as const, user: null };
    if (isLast) return { outcome: { status: "last-superuser" } as const, user: found };

    tx.afterCommit(() => bus.publish({ kind: "user", userId }));
    return { outcome: await change(tx, found), user: found };
  });
  if (outcome.status === "last-superuser") {
    const subject = { id: userId, name: user?.username ?? null };
    audit.record({ action, outcome: "refused", reason: "last_superuser", actor, subject });
  }
  return outcome;
}

async function update(tx: Transaction, userId: string, columns: Partial<StoredUser>): Promise<void> {
  const { users } = tx.tables;
  await tx.update(users).set(columns).where(eq(users.id, userId));
}

function record(
  { audit, actor }: OperatorContext,
  tx: Transaction,
  user: StoredUser,
  action: AuditAction,
  details: AuditDetails,
): Promise<void> {
  return audit.recordIn(tx, {
    action,
    outcome: "ok",
    actor,
    subject: { id: user.id, name: user.username },
    details,
  });
}
