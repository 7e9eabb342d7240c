import { UniqueViolation, type Transaction } from "@countersign/db";

import { postIdentityNotice } from "../account/post-identity-notice.ts";
import { remind } from "../account/remind.ts";
import { isUsable } from "../password/unusable-password.ts";
import type { NewSession } from "../session/session-engine.ts";

import { lockGroups } from "./claimed-groups.ts";
import { enter, type StoredUser, type Visitor } from "./enter.ts";
import { findIdentity } from "./find-identity.ts";
import { findFreeUsername } from "./free-username.ts";
import { hasIdentityAt } from "./has-identity-at.ts";
import { insertIdentity, isAddressFree, isEmailRequired, lockHolder, makeAccount } from "./new-account.ts";
import type { OidcContext } from "./oidc-context.ts";
import { type PendingVisit, sealPending } from "./pending-visit.ts";
import { OidcRefusal } from "./provider.ts";
import { endTransaction, keepPending, type OidcTransaction } from "./transaction.ts";

type SignedIn = NewSession | "pending";

/**
 * Signs in whoever the provider named, or keeps what is still to be asked of them.
 *
 * @throws OidcRefusal
 */
export async function signIn(context: OidcContext, visit: OidcTransaction, visitor: Visitor): Promise<SignedIn> {
  const known = await findIdentity(context.db, visitor.answer);
  // Accounts that a provider brings are accounts: an address makes no more of them than by hand.
  const admission = known === null ? await context.throttle.admitRegistration(visitor.from.ip) : null;
  if (admission?.status === "limited") throw new OidcRefusal("limited", "limited");
  let isMade = false;
  try {
    const done = await inTurn((isCrowded) =>
      context.db.transaction(async (tx) => {
        const { signedIn, makes } = await settle(context, tx, visit, { ...visitor, isCrowded });
        isMade = makes;
        return signedIn;
      }),
    );
    return done;
  } catch (error) {
    if (known !== null && error instanceof OidcRefusal && error.code === "unverified")
      await remind(context, known.userId, visitor.from);
    throw error;
  } finally {
    if (!isMade && admission?.status === "admitted") admission.cancelled();
  }
}

const mostTries = 6;

/**
 * Two first sign-ins at once make one account: the second finds what the first has made. Of many at once who are called the same
 * at the provider, each gets a name: `isCrowded` says that the last one was taken on the way.
 */
async function inTurn<Result>(work: (isCrowded: boolean) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries > 1);
    } catch (error) {
      const isOvertaken = error instanceof UniqueViolation || error instanceof Overtaken;
      if (!isOvertaken || tries === mostTries) throw error;
    }
  }
}

/** The identity was not there, and is: another first sign-in of the same person was committed in between. */
class Overtaken extends Error {
  override name = "Overtaken";
}

type CrowdedVisitor = Visitor & { readonly isCrowded: boolean };

async function settle(
  context: OidcContext,
  tx: Transaction,
  visit: OidcTransaction,
  visitor: CrowdedVisitor,
): Promise<{ readonly signedIn: SignedIn; readonly makes: boolean }> {
  const { answer, claims, provider } = visitor;
  const identity = await findIdentity(tx, answer);
  const locked =
    claims.groups === null
      ? null
      : await lockGroups(context, tx, {
          identityId: identity?.id ?? null,
          names: claims.groups,
          provider: provider.name,
        });
  if (identity !== null) {
    const begun = await enter(context, tx, visitor, { identity, locked });
    await requireEnded(tx, visit, begun.session.id);
    return { signedIn: begun, makes: false };
  }

  const first = await meet(context, tx, visitor);
  if ("kind" in first) {
    const pending = await sealPending(context, visit.id, first);
    await keepPending(tx, { id: visit.id, pending, now: visitor.now });
    return { signedIn: "pending", makes: false };
  }
  const begun = await enter(context, tx, visitor, { identity: first.identity, locked });
  await requireEnded(tx, visit, begun.session.id);
  return { signedIn: begun, makes: first.makes };
}

/** Somebody who was never here by this provider: an account of their own, one that is theirs already, or a question. */
async function meet(context: OidcContext, tx: Transaction, visitor: CrowdedVisitor) {
  const { answer, claims, provider, now } = visitor;
  const holder = await lockHolder(tx, claims.email, claims);
  // The holder may be whom the same person's other window has just made: on Postgres every statement sees what is there by then.
  if (holder !== null && (await findIdentity(tx, answer)) !== null) throw new Overtaken();
  const isBoth = holder !== null && claims.isEmailVerified && holder.emailVerifiedAt !== null;
  if (isBoth && provider.linkByEmail !== "never") {
    if (!holder.isActive) throw new OidcRefusal("refused", "inactive");
    // The provider knows the account's user by another name: the address was given to somebody else there.
    if (await hasIdentityAt(tx, holder.id, answer.issuer)) throw new OidcRefusal("exists", "other_identity");
    // Whoever runs the provider is not to be staff here by an address alone, nor is what was taken away to open the account again.
    const isOfStaff = holder.isStaff || holder.isSuperuser;
    const wasTaken = holder.untrustedIssuers?.includes(answer.issuer) === true;
    const isTrusted = provider.linkByEmail === "trust" && !isOfStaff && !wasTaken;
    if (!isTrusted) return askForPassword(visitor, holder);
    const made = { userId: holder.id, provider: provider.name, answer, claims, now };
    const identity = await insertIdentity(tx, made);
    await context.audit.recordIn(tx, {
      action: "account.identity.link",
      outcome: "ok",
      reason: "by_email",
      actor: { id: holder.id, name: holder.username, ip: visitor.from.ip, userAgent: visitor.from.userAgent },
      details: { provider: provider.name },
    });
    tx.afterCommit(() => postIdentityNotice(context, holder.id, { provider: provider.name, change: "linked" }));
    return { identity, makes: false };
  }
  requireSignUp(context, visitor);

  const { settings } = context;
  const wanted = claims.email === null ? null : { email: claims.email, isVerified: claims.isEmailVerified };
  const address = wanted !== null && isAddressFree(wanted, holder, settings) ? wanted : null;
  const name = await findFreeUsername(tx, claims.names, visitor);
  const isMissing = isEmailRequired(settings) && address === null;
  // Where addresses are confirmed first, nobody is in before: so they may as well be asked which one it is.
  const isWaiting = settings.EMAIL_VERIFICATION === "required" && address?.isVerified !== true;
  if (name === null || isMissing || isWaiting)
    return {
      kind: "complete",
      answer,
      address,
      username: name?.username ?? "",
    } satisfies PendingVisit;
  const { identity } = await makeAccount(context, tx, visitor, { name, address, holder });
  return { identity, makes: true };
}

function askForPassword({ answer }: Visitor, holder: StoredUser): PendingVisit {
  if (!isUsable(holder.passwordHash)) throw new OidcRefusal("exists", "no_password");
  return { kind: "confirm", answer, userId: holder.id, username: holder.username };
}

/** @throws OidcRefusal where nobody new may come in */
export function requireSignUp(
  { settings }: Pick<OidcContext, "settings">,
  { provider }: Pick<Visitor, "provider">,
): void {
  if (!settings.SIGN_UP || provider.signUp === "closed") throw new OidcRefusal("refused", "closed");
}

async function requireEnded(tx: Transaction, visit: OidcTransaction, sessionId: string): Promise<void> {
  if (!(await endTransaction(tx, visit, sessionId))) throw new OidcRefusal("expired", "ended");
}
