import { eq } from "drizzle-orm";

import type { AdminIdentity } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { StoredIdentity } from "../oidc/enter.ts";
import { isEmailVerified } from "../oidc/is-email-verified.ts";
import { isLastWayIn, isWayIn } from "../oidc/is-way-in.ts";
import { canOtherSuperuserEnter } from "../oidc/other-superusers.ts";
import { readIdentities } from "../oidc/read-identities.ts";
import { toSayableInstant } from "../sayable-instant.ts";

import type { AdminContext } from "./admin-context.ts";
import type { UserRow } from "./make-change.ts";
import { refuseRemoveIdentity } from "./user-rules.ts";

type Reader = Pick<Database, "select" | "tables">;

/** See `AdminUser.identities`. Without a viewer, all that lead in alone are kept. */
export async function readAdminIdentities(
  { db, providers, settings }: Pick<AdminContext, "db" | "providers" | "settings">,
  target: UserRow,
  viewerId: string | null,
): Promise<readonly AdminIdentity[]> {
  const rows = await readIdentities(db, target.id);
  const groupsOf = await readGivenGroups(db, target.id);
  return Promise.all(
    rows.map(async (row) => {
      const facts = await readLeft(db, { providers, settings }, { target, rows, identity: row });
      return {
        id: row.id,
        provider: row.provider,
        label: providers.get(row.provider)?.label ?? row.provider,
        issuer: row.issuer,
        subject: row.subject,
        email: row.email,
        isEmailVerified: isEmailVerified(row),
        createdAt: toSayableInstant(row.createdAt),
        lastUsedAt: row.lastUsedAt && toSayableInstant(row.lastUsedAt),
        groups: groupsOf.get(row.id) ?? [],
        isWayIn: isWayIn(providers, row),
        isLast: facts.isLast,
        isKept: refuseRemoveIdentity({ actor: { id: viewerId }, target }, { ...facts, holdsAll: true }) !== null,
      };
    }),
  );
}

/** What is left when one of a user's identities goes. */
export async function readLeft(
  db: Reader,
  site: Pick<AdminContext, "providers" | "settings">,
  of: { readonly target: UserRow; readonly rows: readonly StoredIdentity[]; readonly identity: StoredIdentity },
): Promise<{ readonly isLast: boolean; readonly isLastOfSuperusers: boolean }> {
  const { target } = of;
  const isLast = isLastWayIn(site, target, of);
  const isSuperuser = target.isSuperuser && target.isActive;
  const isLastOfSuperusers = isLast && isSuperuser && !(await canOtherSuperuserEnter(db, site, target.id));
  return { isLast, isLastOfSuperusers };
}

/** The names of the groups that each identity of the user gave, by its id. */
async function readGivenGroups(db: Reader, userId: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { groups, identities, identityGroups } = db.tables;
  const given = await db
    .select({ identityId: identityGroups.identityId, name: groups.name })
    .from(identityGroups)
    .innerJoin(identities, eq(identities.id, identityGroups.identityId))
    .innerJoin(groups, eq(groups.id, identityGroups.groupId))
    .where(eq(identities.userId, userId))
    .orderBy(groups.name);
  const rowsOf = Map.groupBy(given, ({ identityId }) => identityId);
  return new Map([...rowsOf].map(([id, rows]) => [id, rows.map(({ name }) => name)]));
}
