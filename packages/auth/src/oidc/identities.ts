import { eq } from "drizzle-orm";

import type { LinkedIdentity } from "@countersign/contract";
import { type Database, forUpdate, type Transaction } from "@countersign/db";

import type { SignedInOrigin } from "../account/account-context.ts";
import { postIdentityNotice } from "../account/post-identity-notice.ts";
import { actorOf } from "../audit/audit-actor.ts";
import { toSayableInstant } from "../sayable-instant.ts";

import type { StoredIdentity, StoredUser } from "./enter.ts";
import { isEmailVerified } from "./is-email-verified.ts";
import { isLastWayIn } from "./is-way-in.ts";
import type { OidcContext } from "./oidc-context.ts";
import { readIdentities } from "./read-identities.ts";
import { removeIdentities } from "./remove-identities.ts";

/** See `Oidc.identities`. */
export async function listIdentities(context: OidcContext, userId: string): Promise<readonly LinkedIdentity[]> {
  const ways = await readWaysIn(context.db, userId);
  return ways.rows.map((row) => ({
    id: row.id,
    provider: row.provider,
    label: context.providers.get(row.provider)?.label ?? row.provider,
    email: row.email,
    isEmailVerified: isEmailVerified(row),
    createdAt: toSayableInstant(row.createdAt),
    lastUsedAt: row.lastUsedAt && toSayableInstant(row.lastUsedAt),
    isLast: isLast(context, row, ways),
  }));
}

export type UnlinkResult = { readonly status: "unlinked" | "missing" | "last" };

/** See `Oidc.unlink`. */
export async function unlinkIdentity(
  context: OidcContext,
  tx: Transaction,
  id: string,
  from: SignedInOrigin,
): Promise<UnlinkResult> {
  const { users } = tx.tables;
  const { user, session } = from.principal;
  // Of two ways in that are given up at once, the second finds that the first is gone.
  await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)));
  const ways = await readWaysIn(tx, user.id);
  const identity = ways.rows.find((row) => row.id === id);
  if (identity === undefined) return { status: "missing" };
  const actor = actorOf(from.principal, from);
  const details = { provider: identity.provider };
  if (isLast(context, identity, ways)) {
    context.audit.record({ action: "account.identity.unlink", outcome: "refused", reason: "last", actor, details });
    return { status: "last" };
  }

  await removeIdentities(context, tx, { user, ids: [id], exceptSessionId: session.id, actor });
  tx.afterCommit(() => postIdentityNotice(context, user.id, { provider: identity.provider, change: "unlinked" }));
  return { status: "unlinked" };
}

interface WaysIn {
  /** Null when the account is gone. */
  readonly user: StoredUser | null;
  readonly rows: readonly StoredIdentity[];
}

async function readWaysIn(db: Pick<Database, "select" | "tables">, userId: string): Promise<WaysIn> {
  const { users } = db.tables;
  const rows = await readIdentities(db, userId);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  return { user: user ?? null, rows };
}

function isLast(context: OidcContext, identity: StoredIdentity, { user, rows }: WaysIn): boolean {
  return isLastWayIn(context, user ?? { email: null, passwordHash: null }, { rows, identity });
}
