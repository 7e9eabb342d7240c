import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import type { SignInOrigin } from "../account/account-context.ts";
import { beginSession } from "../account/begin-session.ts";
import { isLastSuperuser } from "../account/last-superuser.ts";
import type { NewSession } from "../session/session-engine.ts";
import { settleAddress } from "../token/link.ts";

import { applyGroups, type LockedGroups } from "./claimed-groups.ts";
import { setRanks } from "./claimed-ranks.ts";
import type { ProviderAnswer } from "./exchange.ts";
import { refuseIfLoggedOut } from "./heard-logouts.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { keepProviderSession } from "./provider-session.ts";
import { OidcRefusal } from "./provider.ts";
import { type AccountClaims, addressOf, readClaims } from "./read-claims.ts";

export type StoredUser = Transaction["tables"]["users"]["$inferSelect"];
export type StoredIdentity = Transaction["tables"]["identities"]["$inferSelect"];

/** Somebody who came back from a provider, and what it said. */
export interface Visitor {
  readonly provider: ConnectedProvider;
  readonly answer: ProviderAnswer;
  readonly claims: AccountClaims;
  /** When they set out: what the provider says after it may take its answer back. */
  readonly begunAt: Date;
  readonly remember: boolean;
  readonly from: SignInOrigin;
  readonly now: Date;
}

/** Who came with this answer of a provider, with what it says of them. */
export function toVisitor(
  { clock }: Pick<OidcContext, "clock">,
  met: Pick<Visitor, "provider" | "answer" | "begunAt" | "remember" | "from">,
): Visitor {
  return { ...met, claims: readClaims(met.provider, met.answer), now: new Date(clock.now()) };
}

/**
 * Signs the owner of an identity in, with what the claims say of them. The groups are locked before, then the user.
 *
 * @throws OidcRefusal
 */
export async function enter(
  context: OidcContext,
  tx: Transaction,
  visitor: Visitor,
  known: {
    readonly identity: StoredIdentity;
    readonly locked: LockedGroups | null;
    /** Was the account's password given just now? */
    readonly isPasswordGiven?: boolean;
  },
): Promise<NewSession> {
  const { provider, answer, claims, remember, from, now } = visitor;
  const { identity, locked } = known;
  const user = await lockUser(context, tx, identity, { claims, provider });
  const isProven = claims.isEmailVerified && claims.email !== null && claims.email === user.emailKey;
  const { EMAIL_VERIFICATION } = context.settings;
  // Of an account without an address, which an operator made, the provider has to have seen one.
  const isKnown = user.emailVerifiedAt !== null || isProven || (user.email === null && claims.isEmailVerified);
  if (EMAIL_VERIFICATION === "required" && !isKnown) throw new OidcRefusal("unverified", "unverified");

  const { identities, users } = tx.tables;
  if (isProven && user.emailVerifiedAt === null) await settleAddress(tx, claims.email);
  await tx
    .update(users)
    .set({
      lastLoginAt: now,
      ...claims.profile,
      ...(isProven && user.emailVerifiedAt === null ? { emailVerifiedAt: now } : {}),
    })
    .where(eq(users.id, user.id));
  await tx
    .update(identities)
    .set({ lastUsedAt: now, ...addressOf(claims), provider: provider.name })
    .where(eq(identities.id, identity.id));
  if (locked !== null) await applyGroups(context, tx, { identityId: identity.id, userId: user.id, locked });
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));

  await refuseIfLoggedOut(tx, visitor);
  const { isPasswordGiven = false } = known;
  const authenticatedAt = isPasswordGiven ? now : readAuthTime(answer, now);
  const begun = await beginSession(context, tx, { userId: user.id, remember, from, authenticatedAt });
  const { session } = begun;
  await keepProviderSession(context, tx, { session, identityId: identity.id, provider: provider.name, answer });
  const { ip, userAgent } = from;
  const actor = { id: user.id, name: user.username, sessionId: session.id, ip, userAgent };
  const details = { remember, provider: provider.name };
  await context.audit.recordIn(tx, { action: "auth.login", outcome: "ok", actor, details });
  return begun;
}

/**
 * When the person showed the provider who they are. A provider lets people pass on a sign-in of yesterday, without asking
 * anything: whoever sits down at an open browser would be let do by it what is asked to be confirmed. Unsaid is never, and so is
 * what is still to come: milliseconds, for instance.
 */
function readAuthTime({ claims }: ProviderAnswer, now: Date): Date {
  const { auth_time: seconds } = claims as { readonly auth_time?: unknown };
  const isInstant = typeof seconds === "number" && seconds >= 0 && seconds * 1000 <= now.getTime() + skewMs;
  return new Date(isInstant ? seconds * 1000 : 0);
}

const skewMs = 60_000;

/**
 * Locks a user together with the superusers, where the claims take that rank from them: all in one order, before any user is
 * locked by itself. True when the user is the last superuser, and is to be it no more.
 */
export async function lockRankHolders(
  tx: Transaction,
  userId: string,
  { ranks }: Pick<AccountClaims, "ranks">,
): Promise<boolean> {
  return ranks.isSuperuser === false && (await isLastSuperuser(tx, userId));
}

/** The identity's user, locked, with the ranks that a mapping sets by name. */
async function lockUser(
  context: OidcContext,
  tx: Transaction,
  { userId, id }: StoredIdentity,
  { claims, provider }: Pick<Visitor, "claims" | "provider">,
): Promise<StoredUser> {
  const { identities, users } = tx.tables;
  const isLast = await lockRankHolders(tx, userId, claims);
  const [user] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, userId)));
  const [identity] = await tx
    .select({ id: identities.id })
    .from(identities)
    .where(and(eq(identities.id, id), eq(identities.userId, userId)));
  // Taken away in between: whoever comes again finds it so.
  if (!user || !identity) throw new OidcRefusal("failed", "identity_gone");
  if (!user.isActive) throw new OidcRefusal("refused", "inactive");
  await setRanks(context, tx, user, { claims, provider, isLast });
  return user;
}
