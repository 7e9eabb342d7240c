import type { Transaction } from "@countersign/db";

import type { AccountContext } from "../account/account-context.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { isUsable } from "../password/unusable-password.ts";

import type { StoredIdentity, StoredUser } from "./enter.ts";
import { readIdentities } from "./read-identities.ts";
import { type RemovedIdentity, removeIdentities } from "./remove-identities.ts";

/**
 * Takes the ways in by a provider from a user that whoever owns the address may know nothing of: for a new password that comes
 * by a mail to it, or from an operator. `user`: as it was until then; the caller has locked the row. Returns what was taken.
 */
export async function removeUnprovenIdentities(
  context: Pick<AccountContext, "audit" | "bus" | "sessions">,
  tx: Transaction,
  { user, actor }: { readonly user: StoredUser; readonly actor: AuditActor },
): Promise<readonly RemovedIdentity[]> {
  const ids = findUnproven(user, await readIdentities(tx, user.id)).map(({ id }) => id);
  return removeIdentities(context, tx, { user, ids, actor, reason: "unconfirmed" });
}

function findUnproven(user: StoredUser, all: readonly StoredIdentity[]): readonly StoredIdentity[] {
  const { emailKey, emailVerifiedAt, passwordHash } = user;
  if (emailVerifiedAt === null) return all;
  const isOwners = ({ verifiedEmail }: StoredIdentity) => verifiedEmail !== null && verifiedEmail === emailKey;
  // Without a password, whoever connected something later had come in by what was there already.
  const wereOwnersIn = isUsable(passwordHash) || all.some(isOwners);
  return all.filter((identity) => !isOwners(identity) && !(wereOwnersIn && identity.createdAt >= emailVerifiedAt));
}
