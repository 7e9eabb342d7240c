import { and, eq, inArray, ne, sql } from "drizzle-orm";

import type { AuditAction } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { AccountContext } from "../account/account-context.ts";
import { adminTopic } from "../admin/admin-topic.ts";
import type { AuditActor } from "../audit/audit-event.ts";

import { takeGroups } from "./claimed-groups.ts";
import type { StoredIdentity } from "./enter.ts";

export interface IdentityRemoval {
  /** Whose they are. The caller has locked them. */
  readonly user: { readonly id: string; readonly username: string };
  /** Which of theirs; left out: all. */
  readonly ids?: readonly string[];
  /** The session that says so goes on, though it may have come by one of them. */
  readonly exceptSessionId?: string;
  readonly actor: AuditActor;
  /** What each stands in the audit log as; null: the caller writes it down. Default: `account.identity.unlink`. */
  readonly action?: AuditAction | null;
  /** For the audit log, where it was not asked for by itself. */
  readonly reason?: string;
}

/** An identity that was taken away, and how many sessions ended with it. */
export type RemovedIdentity = StoredIdentity & { readonly endedSessions: number };

/**
 * Takes ways in by a provider from a user, with the groups they gave and the sessions they began, and writes each into the audit
 * log. Whether another way in is left is for the caller to ask, and so is the mail about it
 * (`postIdentityNotice`). Returns what was taken.
 */
export async function removeIdentities(
  { audit, bus, sessions }: Pick<AccountContext, "audit" | "bus" | "sessions">,
  tx: Transaction,
  { user, ids, exceptSessionId, actor, action = "account.identity.unlink", reason }: IdentityRemoval,
): Promise<readonly RemovedIdentity[]> {
  if (ids?.length === 0) return [];
  const { identities } = tx.tables;
  const which = and(eq(identities.userId, user.id), ids === undefined ? undefined : inArray(identities.id, [...ids]));
  const found = await tx.select().from(identities).where(which).orderBy(identities.id);
  if (found.length === 0) return [];

  const removed: RemovedIdentity[] = [];
  for (const identity of found) {
    await takeItsGroups(tx, identity);
    const endedSessions = await endItsSessions({ sessions }, tx, identity, exceptSessionId);
    await tx.delete(identities).where(eq(identities.id, identity.id));
    removed.push({ ...identity, endedSessions });
    if (action === null) continue;
    await audit.recordIn(tx, {
      action,
      outcome: "ok",
      ...(reason === undefined ? {} : { reason }),
      actor,
      ...(actor.id === user.id ? {} : { subject: { id: user.id, name: user.username } }),
      details: { provider: identity.provider },
    });
  }
  await distrust(tx, user.id, found);
  tx.afterCommit(() => {
    bus.publish({ kind: "topic", topic: adminTopic.groups });
    bus.publish({ kind: "user", userId: user.id });
  });
  return removed;
}

/**
 * Whoever was let in by an issuer's word for the address alone (`trust`) would be in again with the next sign-in. The version rises
 * as in `raiseVersion`, in the same statement: a database that raises it for this column by itself would do so once more.
 */
async function distrust(tx: Transaction, userId: string, removed: readonly StoredIdentity[]): Promise<void> {
  const { users } = tx.tables;
  const [user] = await tx.select({ issuers: users.untrustedIssuers }).from(users).where(eq(users.id, userId));
  const untrustedIssuers = [...new Set([...(user?.issuers ?? []), ...removed.map(({ issuer }) => issuer)])];
  await tx
    .update(users)
    .set({ untrustedIssuers, version: sql`${users.version} + 1` })
    .where(eq(users.id, userId));
}

async function takeItsGroups(tx: Transaction, { id, userId }: StoredIdentity): Promise<void> {
  const { identityGroups } = tx.tables;
  const given = await tx
    .select({ id: identityGroups.groupId })
    .from(identityGroups)
    .where(eq(identityGroups.identityId, id));
  const groupIds = given.map((group) => group.id);
  if (groupIds.length > 0) await takeGroups(tx, { identityId: id, userId, groupIds });
}

/** Whoever came in by it is out. */
async function endItsSessions(
  { sessions }: Pick<AccountContext, "sessions">,
  tx: Transaction,
  { id, userId }: StoredIdentity,
  exceptSessionId: string | undefined,
): Promise<number> {
  const { providerSessions } = tx.tables;
  const others = await tx
    .select({ sessionId: providerSessions.sessionId })
    .from(providerSessions)
    .where(
      and(
        eq(providerSessions.identityId, id),
        exceptSessionId === undefined ? undefined : ne(providerSessions.sessionId, exceptSessionId),
      ),
    )
    .orderBy(providerSessions.sessionId);
  for (const { sessionId } of others) await sessions.end(tx, { userId, sessionId }, "ended");
  return others.length;
}
