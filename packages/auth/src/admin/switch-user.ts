import { eq } from "drizzle-orm";

import { isLastSuperuser } from "../account/last-superuser.ts";

import { holdsAllOf } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { beyondOwnRights, changeUser, done, lastSuperuser, ownAccount, unchanged } from "./make-change.ts";

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
    if (!value && (await isLastSuperuser(tx, id))) return { outcome: lastSuperuser };
    if (!value && id === actor.id) return { outcome: ownAccount };
    if (value === target.isActive) return unchanged;
    // Either way: to switch on wakes what the user holds.
    if (!(await holdsAllOf(tx, actor, id))) return { outcome: beyondOwnRights };

    await tx.update(users).set({ isActive: value }).where(eq(users.id, id));
    if (value) return { outcome: done };
    const ended = await context.sessions.end(tx, { userId: id }, "deactivated");
    await tx.delete(accountTokens).where(eq(accountTokens.userId, id));
    return { outcome: done, details: { value, count: ended.length } };
  });
}

/** See `AdminUsers.remove`. */
export function removeUser(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  const options = { action: "admin.user.remove", userId: id, lock: { superusers: true } } as const;
  return changeUser(context, call, options, async (tx, actor) => {
    if (await isLastSuperuser(tx, id)) return { outcome: lastSuperuser };
    if (id === actor.id) return { outcome: ownAccount };
    if (!(await holdsAllOf(tx, actor, id))) return { outcome: beyondOwnRights };

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
