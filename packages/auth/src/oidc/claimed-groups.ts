import { and, eq, inArray, ne } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { adminTopic } from "../admin/admin-topic.ts";

import type { OidcContext } from "./oidc-context.ts";

/** Groups that claims name, locked. Before any user is, as everywhere. */
export interface LockedGroups {
  readonly wanted: readonly { readonly id: string; readonly name: string }[];
}

/** Finds and locks what is to change: the groups that are named, and those that this identity gave before. */
export async function lockGroups(
  context: OidcContext,
  tx: Transaction,
  {
    identityId,
    names,
    provider,
  }: { readonly identityId: string | null; readonly names: readonly string[]; readonly provider: string },
): Promise<LockedGroups> {
  const { groups, identityGroups } = tx.tables;
  const before =
    identityId === null
      ? []
      : await tx
          .select({ id: identityGroups.groupId })
          .from(identityGroups)
          .where(eq(identityGroups.identityId, identityId));
  const named =
    names.length === 0
      ? []
      : await tx
          .select({ id: groups.id })
          .from(groups)
          .where(inArray(groups.name, [...names]));

  const ids = [...new Set([...before, ...named].map(({ id }) => id))];
  const query = tx
    .select({ id: groups.id, name: groups.name })
    .from(groups)
    .where(inArray(groups.id, ids))
    .orderBy(groups.id);
  // Judged as they are once they are locked: one may have been removed since it was looked for, or got another name.
  const wanted = ids.length === 0 ? [] : (await forUpdate(tx, query)).filter(({ name }) => names.includes(name));
  const missing = names.filter((name) => !wanted.some((group) => group.name === name));
  for (const name of missing) warnOnce(context, provider, name);
  return { wanted };
}

/**
 * Gives the memberships that claims name, and takes those that claims gave and name no longer. What somebody here gave is left
 * alone. The caller has locked the user, so that what is read here of the memberships is what there is. The triggers raise the
 * user's version; open screens are told after the commit.
 */
export async function applyGroups(
  { bus }: OidcContext,
  tx: Transaction,
  {
    identityId,
    userId,
    locked,
  }: { readonly identityId: string; readonly userId: string; readonly locked: LockedGroups },
): Promise<void> {
  const { groupMembers, identities, identityGroups } = tx.tables;
  const wanted = new Set(locked.wanted.map(({ id }) => id));
  const given = await tx
    .select({ by: identityGroups.identityId, groupId: identityGroups.groupId })
    .from(identityGroups)
    .innerJoin(identities, eq(identities.id, identityGroups.identityId))
    .where(eq(identities.userId, userId));
  const byClaims = new Set(given.map(({ groupId }) => groupId));
  const gone = given.flatMap(({ by, groupId }) => (by === identityId && !wanted.has(groupId) ? groupId : []));
  if (gone.length > 0) await takeGroups(tx, { identityId, userId, groupIds: gone });

  let isChanged = gone.length > 0;
  for (const groupId of wanted) {
    const added = await tx
      .insert(groupMembers)
      .values({ groupId, userId })
      .onConflictDoNothing()
      .returning({ groupId: groupMembers.groupId });
    if (added.length > 0) isChanged = true;
    // One that is there and came by no claim is somebody's decision here: no claim takes it away.
    else if (!byClaims.has(groupId)) continue;
    await tx.insert(identityGroups).values({ identityId, groupId }).onConflictDoNothing();
  }
  if (!isChanged) return;
  tx.afterCommit(() => {
    bus.publish({ kind: "topic", topic: adminTopic.groups });
    bus.publish({ kind: "user", userId });
  });
}

/** Takes what this identity gave, unless another identity of the user gave it as well. */
export async function takeGroups(
  tx: Transaction,
  {
    identityId,
    userId,
    groupIds,
  }: { readonly identityId: string; readonly userId: string; readonly groupIds: readonly string[] },
): Promise<void> {
  const { groupMembers, identities, identityGroups } = tx.tables;
  const others = await tx
    .select({ groupId: identityGroups.groupId })
    .from(identityGroups)
    .innerJoin(identities, eq(identities.id, identityGroups.identityId))
    .where(
      and(eq(identities.userId, userId), ne(identities.id, identityId), inArray(identityGroups.groupId, [...groupIds])),
    );
  const kept = new Set(others.map(({ groupId }) => groupId));
  await tx
    .delete(identityGroups)
    .where(and(eq(identityGroups.identityId, identityId), inArray(identityGroups.groupId, [...groupIds])));
  const taken = groupIds.filter((id) => !kept.has(id));
  if (taken.length === 0) return;
  await tx.delete(groupMembers).where(and(eq(groupMembers.userId, userId), inArray(groupMembers.groupId, taken)));
}

const warned = new WeakMap<OidcContext["providers"], Set<string>>();

function warnOnce({ providers, onWarning }: OidcContext, provider: string, group: string): void {
  const known = warned.get(providers) ?? new Set();
  warned.set(providers, known);
  const key = JSON.stringify([provider, group]);
  if (known.has(key) || known.size >= 1000) return;
  known.add(key);
  onWarning(
    `Provider "${provider}" gives the group "${group.slice(0, 100)}", which is not there. Make it, or mend its groups.`,
  );
}
