import { eq } from "drizzle-orm";

import { postIdentityNotice } from "../account/post-identity-notice.ts";
import { actorOf } from "../audit/audit-actor.ts";
import { readIdentities } from "../oidc/read-identities.ts";
import { removeIdentities } from "../oidc/remove-identities.ts";

import { holdsAllOf } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { changeUser, done, refused } from "./make-change.ts";
import { readLeft } from "./user-identities.ts";
import { refuseRemoveIdentity } from "./user-rules.ts";

/** See `AdminUsers.removeIdentity`. */
export async function removeIdentity(
  context: AdminContext,
  call: AdminCall,
  { id, identityId }: Parameters<AdminUsers["removeIdentity"]>[1],
): Promise<AdminOutcome> {
  const { db } = context;
  const { identityGroups } = db.tables;
  const given = await db
    .select({ groupId: identityGroups.groupId })
    .from(identityGroups)
    .where(eq(identityGroups.identityId, identityId));
  // All superusers, so that no two of them lose their ways in together.
  const lock = { superusers: true, groupIds: given.map(({ groupId }) => groupId) };
  const options = { action: "admin.user.remove_identity", userId: id, lock } as const;
  return changeUser(context, call, options, async (tx, actor, target) => {
    const rows = await readIdentities(tx, id);
    const identity = rows.find((row) => row.id === identityId);
    if (identity === undefined) return { outcome: { status: "missing" } };

    const { provider } = identity;
    const left = await readLeft(tx, context, { target, rows, identity });
    const refusal = refuseRemoveIdentity({ actor, target }, { ...left, holdsAll: await holdsAllOf(tx, actor, id) });
    if (refusal !== null) return { outcome: refused(refusal), details: { provider } };

    const [removed] = await removeIdentities(context, tx, {
      user: target,
      ids: [identityId],
      // Whoever takes away their own goes on.
      exceptSessionId: call.principal.session.id,
      actor: actorOf(call.principal, call.from),
      action: null,
    });
    tx.afterCommit(() => postIdentityNotice(context, id, { provider, change: "removed" }));
    return { outcome: done, details: { provider, count: removed?.endedSessions ?? 0 } };
  });
}
