import { and, eq } from "drizzle-orm";

import { UniqueViolation, type Transaction } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import { readNewPrincipal } from "../account/begin-session.ts";
import { verifyPassword } from "../account/confirm-password.ts";
import { accountName, accountNames, type LoginName } from "../account/login-name.ts";
import { postIdentityNotice } from "../account/post-identity-notice.ts";
import type { SignInResult } from "../auth.ts";

import { lockGroups } from "./claimed-groups.ts";
import { enter, lockRankHolders, type StoredUser, toVisitor, type Visitor } from "./enter.ts";
import { findIdentity } from "./find-identity.ts";
import { hasIdentityAt } from "./has-identity-at.ts";
import { insertIdentity } from "./new-account.ts";
import type { OidcContext } from "./oidc-context.ts";
import { openPending, type PresentedVisit } from "./pending-visit.ts";
import { OidcRefusal } from "./provider.ts";
import { tellTokens } from "./tell-tokens.ts";
import { endTransaction, type OidcTransaction } from "./transaction.ts";

export type ConfirmResult =
  | (Extract<SignInResult, { readonly status: "signed-in" }> & { readonly to: string })
  | Exclude<SignInResult, { readonly status: "signed-in" }>
  | { readonly status: "link-invalid" };

/** See `Oidc.confirm`. */
export async function confirm(
  context: OidcContext,
  input: PresentedVisit & { readonly password: string },
  from: SignInOrigin,
): Promise<ConfirmResult> {
  const opened = await openPending(context, input);
  if (opened === null || opened.pending.kind !== "confirm") return { status: "link-invalid" };
  const { pending, provider, visit } = opened;
  const { users } = context.db.tables;
  const [holder] = await context.db.select().from(users).where(eq(users.id, pending.userId));
  if (!holder?.isActive) return { status: "link-invalid" };

  const admission = await context.throttle.admitLogin(accountName(nameAtSignIn(holder, context)), from.ip);
  if (admission.status === "limited") return admission;
  try {
    const verified = await verifyPassword(context, holder.id, input.password);
    if (verified !== null && "status" in verified) {
      admission.cancelled();
      return verified;
    }
    if (verified === null) {
      recordRefusal(context, holder, from, provider.name);
      return { status: "refused" };
    }
    const met = { answer: pending.answer, begunAt: visit.createdAt, remember: visit.remember };
    const visitor = toVisitor(context, { provider, ...met, from });
    const begun = await context.db
      .transaction((tx) => link(context, tx, { visit, visitor, verified }))
      .catch(asInvalid);
    if (begun === null) return { status: "link-invalid" };
    admission.succeeded(accountNames(verified, context.settings));
    tellTokens(context, visitor, holder.id);
    const principal = await readNewPrincipal(context, begun);
    return principal ? { status: "signed-in", principal, ...begun, to: visit.returnTo } : { status: "refused" };
  } catch (error) {
    admission.cancelled();
    throw error;
  }
}

/** Guesses are counted as at the sign-in page: by a name that can be typed there. */
function nameAtSignIn({ usernameKey, emailKey }: StoredUser, { settings }: OidcContext): LoginName {
  const isByName = settings.LOGIN_FIELDS.split(",").includes("username") || emailKey === null;
  return isByName ? { kind: "username", key: usernameKey } : { kind: "email", key: emailKey };
}

/** Somebody linked the identity meanwhile, or the account is not what it was: to be begun anew. */
function asInvalid(error: unknown): null {
  if (error instanceof UniqueViolation || error instanceof OidcRefusal) return null;
  throw error;
}

async function link(
  context: OidcContext,
  tx: Transaction,
  linked: { readonly visit: OidcTransaction; readonly visitor: Visitor; readonly verified: StoredUser },
) {
  const { visit, visitor, verified } = linked;
  const { answer, claims, from, now, provider } = visitor;
  const { users } = tx.tables;
  const names = claims.groups;
  const locked =
    names === null ? null : await lockGroups(context, tx, { identityId: null, names, provider: provider.name });
  await lockRankHolders(tx, verified.id, claims);
  // The password that was given, and the address that was the reason to ask for it, are still this account's.
  const held = await tx
    .update(users)
    .set({ lastLoginAt: now })
    .where(
      and(
        eq(users.id, verified.id),
        eq(users.isActive, true),
        eq(users.passwordHash, verified.passwordHash ?? ""),
        eq(users.emailKey, claims.email ?? ""),
      ),
    )
    .returning();
  const isStillVerified = held[0]?.emailVerifiedAt instanceof Date && claims.isEmailVerified;
  const isKnown = (await findIdentity(tx, answer)) !== null || (await hasIdentityAt(tx, verified.id, answer.issuer));
  if (!isStillVerified || isKnown) throw new OidcRefusal("expired", "changed");

  const made = { userId: verified.id, provider: provider.name, answer, claims, now };
  const identity = await insertIdentity(tx, made);
  await context.audit.recordIn(tx, {
    action: "account.identity.link",
    outcome: "ok",
    actor: { id: verified.id, name: verified.username, ip: from.ip, userAgent: from.userAgent },
    details: { provider: provider.name },
  });
  tx.afterCommit(() => postIdentityNotice(context, verified.id, { provider: provider.name, change: "linked" }));
  const begun = await enter(context, tx, visitor, { identity, locked, isPasswordGiven: true });
  if (!(await endTransaction(tx, visit, begun.session.id))) throw new OidcRefusal("expired", "ended");
  return begun;
}

function recordRefusal(
  { audit }: OidcContext,
  holder: StoredUser,
  { ip, userAgent }: SignInOrigin,
  provider: string,
): void {
  audit.record({
    action: "account.identity.link",
    outcome: "refused",
    reason: "wrong_password",
    actor: { id: null, name: null, ip, userAgent },
    subject: { id: holder.id, name: holder.username },
    details: { provider },
  });
}
