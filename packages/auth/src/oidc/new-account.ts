import { eq } from "drizzle-orm";

import type { Settings } from "@countersign/contract";
import { forUpdate, type Transaction } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import { postVerification } from "../account/post-verification.ts";
import { isFirmlyHeld, moveAddress, voidHolder, wasUsed } from "../account/release-address.ts";
import type { Username } from "../account/username.ts";
import { adminTopic } from "../admin/admin-topic.ts";
import { newId } from "../new-id.ts";
import { settleAddress } from "../token/link.ts";

import type { StoredIdentity, StoredUser, Visitor } from "./enter.ts";
import { lockRankHolders } from "./enter.ts";
import type { OidcContext } from "./oidc-context.ts";
import { raiseVersion } from "./raise-version.ts";
import { type AccountClaims, addressOf } from "./read-claims.ts";

/** The address a new account is to have. */
export interface NewAddress {
  readonly email: string;
  readonly isVerified: boolean;
}

/** Who has this address, locked until the commit, with whoever else has to be for the ranks that the claims set. */
export async function lockHolder(
  tx: Transaction,
  email: string | null,
  { ranks }: Pick<AccountClaims, "ranks">,
): Promise<StoredUser | null> {
  if (email === null) return null;
  const { users } = tx.tables;
  if (ranks.isSuperuser === false) {
    const [known] = await tx.select({ id: users.id }).from(users).where(eq(users.emailKey, email));
    if (known) await lockRankHolders(tx, known.id, { ranks });
  }
  const [holder] = await forUpdate(tx, tx.select().from(users).where(eq(users.emailKey, email)));
  return holder ?? null;
}

/**
 * Can a new account have this address? One that is somebody's is left out, without a word: only who has verified it, and is
 * met by nobody who has, gets it from them.
 */
export function isAddressFree(
  { isVerified }: NewAddress,
  holder: StoredUser | null,
  settings: Pick<Settings, "EMAIL_VERIFICATION">,
): boolean {
  if (holder === null) return true;
  // As with registering: the account waits for the address, and cannot be told from others by that.
  if (!isVerified) return settings.EMAIL_VERIFICATION !== "off";
  return !isFirmlyHeld(holder, settings);
}

/** Must a new account have an address? */
export function isEmailRequired({ EMAIL_REQUIRED, EMAIL_VERIFICATION }: Settings): boolean {
  return EMAIL_REQUIRED || EMAIL_VERIFICATION === "required";
}

/** Makes the account of somebody who has none, without a password. The caller has locked the address's holder. */
export async function makeAccount(
  context: OidcContext,
  tx: Transaction,
  { provider, answer, claims, from, now }: Visitor,
  made: { readonly name: Username; readonly address: NewAddress | null; readonly holder: StoredUser | null },
): Promise<{ readonly identity: StoredIdentity; readonly username: string }> {
  const { name, address, holder } = made;
  const { users } = tx.tables;
  const userId = newId();
  const email = address?.email ?? null;
  const base = { id: userId, ...name, email, emailKey: null, passwordHash: null, createdAt: now, ...claims.profile };
  const [user] = await tx.insert(users).values(base).returning();
  if (!user) throw new Error("The new user's row did not come back.");
  if (address !== null) await giveAddress(context, tx, { address, holder, user, now });

  tx.afterCommit(() => context.bus.publish({ kind: "topic", topic: adminTopic.users }));
  const actor = actorOf(user, from);
  await context.audit.recordIn(tx, {
    action: "auth.register",
    outcome: "ok",
    actor,
    details: { provider: provider.name },
  });
  const identity = await insertIdentity(tx, { userId, provider: provider.name, answer, claims, now });
  if (address?.isVerified === false && context.settings.EMAIL_VERIFICATION !== "off")
    tx.afterCommit(() => postVerification(context, userId, { locale: from.locale ?? null }));
  return { identity, username: user.username };
}

async function giveAddress(
  context: OidcContext,
  tx: Transaction,
  given: {
    readonly address: NewAddress;
    readonly holder: StoredUser | null;
    readonly user: StoredUser;
    readonly now: Date;
  },
): Promise<void> {
  const { address, holder, user, now } = given;
  const { email, isVerified } = address;
  const { users } = tx.tables;
  if (!isVerified) {
    if (holder === null) await tx.update(users).set({ emailKey: email }).where(eq(users.id, user.id));
    return;
  }
  if (holder !== null) {
    if (wasUsed(holder)) await moveAddress(context, tx, { email, holder, to: user, now });
    else await voidHolder(context, tx, { holder, actor: { id: user.id, name: user.username } });
    await context.audit.recordIn(tx, {
      action: "auth.verify_email",
      outcome: "ok",
      reason: wasUsed(holder) ? "released" : "void",
      actor: { id: user.id, name: user.username },
      subject: { id: holder.id, name: holder.username },
      details: { fields: wasUsed(holder) ? ["email"] : ["email", "password"] },
    });
  }
  await settleAddress(tx, email);
  await tx.update(users).set({ emailKey: email, emailVerifiedAt: now }).where(eq(users.id, user.id));
}

/** Writes down that the provider knows this user by that name. The pair is unique: of two at once one fails. */
export async function insertIdentity(
  tx: Transaction,
  made: {
    readonly userId: string;
    readonly provider: string;
    readonly answer: { readonly issuer: string; readonly subject: string };
    readonly claims: Pick<AccountClaims, "email" | "isEmailVerified">;
    readonly now: Date;
  },
): Promise<StoredIdentity> {
  const { userId, provider, answer, claims, now } = made;
  const { identities } = tx.tables;
  const { issuer, subject } = answer;
  const known = { issuer, subject, provider, ...addressOf(claims) };
  const row = { id: newId(), userId, ...known, createdAt: now, lastUsedAt: null };
  await tx.insert(identities).values(row);
  await raiseVersion(tx, userId);
  return row;
}

function actorOf({ id, username }: StoredUser, { ip, userAgent }: SignInOrigin) {
  return { id, name: username, ip, userAgent };
}
