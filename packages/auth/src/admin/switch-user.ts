import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { isLastSuperuser } from "../account/last-superuser.ts";

import { type ActingAdmin, holdsAllOf } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { changeUser, done, refused, unchanged } from "./make-change.ts";
import { refuseRemove, refuseSetActive } from "./user-rules.ts";

/** See `AdminUsers.setActive`. */
export function setActive(
  context: AdminContext,
  call: AdminCall,
  { id, value, version }: Parameters<AdminUsers["setActive"]>[1],
): Promise<AdminOutcome> {
  const options = { action: "admin.user.set_active", userId: id, version, details: { value } } as const;
  const lock = { superusers: !value };
  return changeUser(context, call, { ...options, lock }, async (tx, actor, target) => {
    const { accountTokens, users } = tx.tables;
    const facts = await readFacts(tx, actor, id, { mayRemoveSuperuser: !value });
    const refusal = refuseSetActive({ actor, target }, value, facts);
    if (refusal !== null && (value !== target.isActive || refusal !== "beyond_own_rights"))
      return { outcome: refused(refusal) };
    if (value === target.isActive) return unchanged;

    await tx.update(users).set({ isActive: value }).where(eq(users.id, id));
    if (value) return { outcome: done };
    const ended = await context.sessions.end(tx, { userId: id }, "deactivated");
    await tx.delete(accountTokens).where(eq(accountTokens.userId, id));
    return { outcome: done, details: { value, count: ended.length } };
  });
}

async function readFacts(
  tx: Transaction,
  actor: ActingAdmin,
  id: string,
  { mayRemoveSuperuser }: { readonly mayRemoveSuperuser: boolean },
): Promise<{ readonly holdsAll: boolean; readonly isLastSuperuser: boolean }> {
  const isLast = mayRemoveSuperuser && (await isLastSuperuser(tx, id));
  return { isLastSuperuser: isLast, holdsAll: await holdsAllOf(tx, actor, id) };
}

/** See `AdminUsers.remove`. */
export function removeUser(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  const options = { action: "admin.user.remove", userId: id, lock: { superusers: true } } as const;
  return changeUser(context, call, options, async (tx, actor, target) => {
    const facts = await readFacts(tx, actor, id, { mayRemoveSuperuser: true });
    const refusal = refuseRemove({ actor, target }, facts);
    if (refusal !== null) return { outcome: refused(refusal) };

    // Before the row takes them with it: their sockets are to hear why.
    const ended = await context.sessions.end(tx, { userId: id }, "deleted");
    await tx.delete(tx.tables.users).where(eq(tx.tables.users.id, id));
    return { outcome: done, details: { count: ended.length } };
  });
}

/** See `AdminUsers.endSessions`. */
export function endSessionsOf(
  context: AdminContext,
  call: AdminCall,
  id: string,
): Promise<AdminOutcome<{ readonly ended: number }>> {
  return changeUser<{ readonly ended: number }>(
    context,
    call,
    { action: "admin.user.end_sessions", userId: id },
    async (tx) => {
      const ended = await context.sessions.end(tx, { userId: id }, "ended");
      return { outcome: { status: "done", ended: ended.length }, details: { count: ended.length } };
    },
  );
}
