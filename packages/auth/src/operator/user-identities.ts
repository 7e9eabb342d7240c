import { eq } from "drizzle-orm";

import { lockRows } from "../admin/lock-rows.ts";
import { readAdminIdentities, readLeft } from "../admin/user-identities.ts";
import { readIdentities } from "../oidc/read-identities.ts";
import { removeIdentities } from "../oidc/remove-identities.ts";

import type { OperatorContext } from "./operator-context.ts";
import type { Operator } from "./operator.ts";

/** See `Operator.listIdentities`. */
export async function listIdentities(context: OperatorContext, userId: string): ReturnType<Operator["listIdentities"]> {
  const { users } = context.db.tables;
  const [user] = await context.db.select().from(users).where(eq(users.id, userId));
  return user ? readAdminIdentities(context, user, null) : [];
}

/** See `Operator.removeIdentity`. */
export async function removeIdentity(
  context: OperatorContext,
  userId: string,
  identityId: string,
): ReturnType<Operator["removeIdentity"]> {
  const { actor, audit, db } = context;
  const { identityGroups } = db.tables;
  const given = await db
    .select({ groupId: identityGroups.groupId })
    .from(identityGroups)
    .where(eq(identityGroups.identityId, identityId));
  const about = { action: "admin.user.remove_identity", actor } as const;
  const { outcome, told } = await db.transaction(async (tx) => {
    // All superusers, so that no two of them lose their ways in together.
    await lockRows(tx, { userIds: [userId], superusers: true, groupIds: given.map(({ groupId }) => groupId) });
    const { users } = tx.tables;
    const [user] = await tx.select().from(users).where(eq(users.id, userId));
    const rows = await readIdentities(tx, userId);
    const identity = rows.find(({ id }) => id === identityId);
    if (!user || !identity) return { outcome: { status: "not-found" } as const, told: null };

    const { provider } = identity;
    const subject = { id: user.id, name: user.username };
    const { isLast, isLastOfSuperusers } = await readLeft(tx, context, { target: user, rows, identity });
    if (isLastOfSuperusers)
      return { outcome: { status: "last-superuser" } as const, told: { subject, details: { provider } } };

    const [removed] = await removeIdentities(context, tx, { user, ids: [identityId], actor, action: null });
    const endedSessions = removed?.endedSessions ?? 0;
    const details = { provider, count: endedSessions };
    await audit.recordIn(tx, { ...about, outcome: "ok", subject, details });
    return { outcome: { status: "changed", endedSessions, isLast } as const, told: null };
  });
  if (told !== null) audit.record({ ...about, ...told, outcome: "refused", reason: "last_superuser" });
  return outcome;
}
