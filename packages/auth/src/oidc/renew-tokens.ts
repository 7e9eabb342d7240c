import { and, eq, gt, lte, sql } from "drizzle-orm";
import * as client from "openid-client";
import { z } from "zod";

import { forUpdate, type Transaction } from "@countersign/db";

import type { User } from "../session/principal.ts";

import { applyGroups, lockGroups } from "./claimed-groups.ts";
import { setRanks } from "./claimed-ranks.ts";
import { type Discovered, withinTime } from "./connection.ts";
import { lockRankHolders, type StoredIdentity } from "./enter.ts";
import { addUserInfo, type AnsweredTokens, toTokens, verifyIdToken } from "./exchange.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { isTimeout, isUnavailable } from "./outgoing-fetch.ts";
import { toPlainError } from "./plain-error.ts";
import { sealTokens, tokenPlace } from "./provider-session.ts";
import type { Claims } from "./provider.ts";
import { type AccountClaims, readRenewedClaims } from "./read-claims.ts";
import { type ProviderSessionRow, unlockRenewal } from "./renewal-lock.ts";
import { tellTokens } from "./tell-tokens.ts";

export type AccessToken =
  | { readonly status: "token"; readonly accessToken: string; readonly expiresAt: Date | null }
  /** The session came from no provider, or from another one, or its tokens are gone. */
  | { readonly status: "none" }
  /** The provider does not answer, or its answer does not hold. The session stays. */
  | { readonly status: "unavailable" }
  /** The provider renews it no more, and the session has ended with it. */
  | { readonly status: "ended" };

/** What is kept is not what was to be renewed any more: it is to be looked at again. */
type Changed = { readonly status: "changed" };

interface Renewing {
  readonly provider: ConnectedProvider;
  readonly discovered: Discovered;
  /** Locked. */
  readonly row: ProviderSessionRow;
  readonly owner: TokenOwner;
}

/** Whose session it is. */
export type TokenOwner = Pick<User, "id" | "username">;

/** What is asked once the tokens are there. Together with the 8 s of the renewal it is less than the lock. */
const longestJudgingMs = 5000;

/**
 * Renews a session's tokens, and what the provider says of its user with them.
 *
 * A rotated refresh token is written down before anything else is done with the answer: the old one is good for nothing any
 * more, and whoever shows it again is taken for a thief (RFC 9700 §4.14.2). All else is kept once it has been checked.
 */
export async function renewTokens(context: OidcContext, renewing: Renewing): Promise<AccessToken | Changed> {
  let isLate = false;
  const renewed = renew(context, renewing).catch((error: unknown) => {
    if (isLate) context.onError(toPlainError(error));
    throw error;
  });
  try {
    // Whoever asked is told in time. What the provider was asked goes on: its answer may be worth the session.
    return await withinTime(renewed);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    isLate = true;
    context.onError(toPlainError(error));
    return { status: "unavailable" };
  }
}

async function renew(context: OidcContext, renewing: Renewing): Promise<AccessToken | Changed> {
  const { provider, row } = renewing;
  const refreshToken = await context.seal.open(row.refreshToken, tokenPlace(row.sessionId, "refresh_token"));
  if (refreshToken === null) {
    await unlockRenewal(context, row);
    return { status: "none" };
  }
  const askedAt = new Date(context.clock.now());
  const asked = await ask(context, renewing, refreshToken);
  if ("status" in asked) return asked;
  try {
    if (!(await keepRefreshToken(context, row, asked.rotated))) return { status: "changed" };
    const claims = await judge(context, renewing, asked);
    if (claims === "unsound") {
      await unlockRenewal(context, row);
      return { status: "unavailable" };
    }
    const accessExpiresAt = await keep(context, renewing, { tokens: asked.tokens, claims, askedAt });
    if (accessExpiresAt === "changed") return { status: "changed" };
    tellTokens(context, { provider, answer: asked }, renewing.owner.id);
    return { status: "token", accessToken: asked.tokens.accessToken, expiresAt: accessExpiresAt };
  } catch (error) {
    await unlockRenewal(context, row);
    throw error;
  }
}

interface Asked {
  readonly tokens: AnsweredTokens;
  /** Null where the old one stays good. */
  readonly rotated: string | null;
  /** Null where the answer has none. */
  readonly idToken: string | null;
}

async function ask(
  context: OidcContext,
  renewing: Renewing,
  refreshToken: string,
): Promise<Asked | AccessToken | Changed> {
  const { discovered, provider, row } = renewing;
  let answer: Response | null = null;
  const hear = (heard: Response) => void (answer = heard);
  try {
    const answered = await provider.connection.overhear(hear, () =>
      client.refreshTokenGrant(discovered.config, refreshToken),
    );
    const renewed = toTokens(answered, context.clock.now());
    const rotated = renewed.refreshToken === refreshToken ? null : renewed.refreshToken;
    const idToken = renewed.idToken === "" ? null : renewed.idToken;
    const tokens = {
      ...renewed,
      idToken: idToken ?? (await keptIdToken(context, row)),
      // Providers that do not rotate say nothing of it, and the same goes on.
      refreshToken: rotated ?? refreshToken,
      scope: renewed.scope ?? row.scope,
    };
    return { tokens, rotated, idToken };
  } catch (error) {
    if (isRefused(error)) return giveUp(context, renewing);
    // The library hands out nothing of an answer that it refuses, its ID token for instance.
    await keepRefreshToken(context, row, await readRotated(answer, refreshToken));
    // What takes that long may still be done there: nobody shows the same token again before the lock is over.
    if (!isTimeout(error)) await unlockRenewal(context, row);
    if (!isOfProvider(error)) throw error;
    context.onError(toPlainError(error));
    return { status: "unavailable" };
  }
}

const TokenAnswer = z.looseObject({ refresh_token: z.string().min(1) });

async function readRotated(answer: Response | null, old: string): Promise<string | null> {
  if (answer?.status !== 200) return null;
  const read = TokenAnswer.safeParse(await answer.json().catch(() => null)); // What is no JSON has no token.
  return read.success && read.data.refresh_token !== old ? read.data.refresh_token : null;
}

/** The provider takes this token no more: revoked, used before, or its session has ended. */
function isRefused(error: unknown): boolean {
  return error instanceof client.ResponseBodyError && error.error === "invalid_grant";
}

function isOfProvider(error: unknown): boolean {
  return isUnavailable(error) || error instanceof client.ClientError || error instanceof client.ResponseBodyError;
}

async function keptIdToken({ seal }: OidcContext, row: ProviderSessionRow): Promise<string> {
  return (await seal.open(row.idToken, tokenPlace(row.sessionId, "id_token"))) ?? "";
}

/** False when somebody signed in anew meanwhile. */
async function keepRefreshToken(
  { db, seal }: OidcContext,
  { sessionId, version }: ProviderSessionRow,
  rotated: string | null,
): Promise<boolean> {
  if (rotated === null) return true;
  const refreshToken = await seal.close(rotated, tokenPlace(sessionId, "refresh_token"));
  const { providerSessions } = db.tables;
  const kept = await db.transaction((tx) =>
    tx
      .update(providerSessions)
      .set({ refreshToken })
      .where(and(eq(providerSessions.sessionId, sessionId), eq(providerSessions.version, version)))
      .returning({ sessionId: providerSessions.sessionId }),
  );
  return kept.length === 1;
}

/**
 * What the provider says of the person now; null when it says nothing. A renewed ID token, and what is asked with the token, is
 * about the same person, or nothing of the answer is used (OpenID Connect Core §12.2).
 */
async function judge(context: OidcContext, renewing: Renewing, asked: Asked): Promise<Claims | null | "unsound"> {
  const { identities } = context.db.tables;
  const { row } = renewing;
  const [identity] = await context.db.select().from(identities).where(eq(identities.id, row.identityId));
  try {
    if (identity === undefined) return null;
    return await withinTime(readClaims(context, renewing, { ...asked, identity }), longestJudgingMs);
  } catch (error) {
    context.onError(toPlainError(error));
    return "unsound";
  }
}

async function readClaims(
  context: OidcContext,
  { provider, discovered }: Renewing,
  { identity, idToken, tokens }: Asked & { readonly identity: StoredIdentity },
): Promise<Claims | null> {
  const signed =
    idToken === null ? null : await verifyIdToken(context, provider, discovered, { idToken, notBefore: 0 });
  if (signed !== null && (signed.iss !== identity.issuer || signed.sub !== identity.subject))
    throw new Error("The renewed ID token is about somebody else.");
  const claims = signed ?? { sub: identity.subject };
  const said = await addUserInfo(provider, discovered, { claims, accessToken: tokens.accessToken });
  return signed === null && said === claims ? null : said;
}

/** Returns when the token ends; `changed` when somebody signed in anew meanwhile, or the session is gone. */
async function keep(
  context: OidcContext,
  { provider, row, owner }: Renewing,
  {
    tokens,
    claims,
    askedAt,
  }: { readonly tokens: AnsweredTokens; readonly claims: Claims | null; readonly askedAt: Date },
): Promise<Date | null | "changed"> {
  const sealed = await sealTokens(context, row.sessionId, tokens);
  const said = readSaid(context, provider, claims);
  const userId = owner.id;
  return context.db.transaction(async (tx) => {
    const { providerSessions, users } = tx.tables;
    // In this order everywhere: groups, superusers, the user, what is the user's.
    const of = { identityId: row.identityId, provider: provider.name };
    const locked =
      said === null || said.groups === null ? null : await lockGroups(context, tx, { ...of, names: said.groups });
    const isLast = said !== null && (await lockRankHolders(tx, userId, said));
    const [user] = said === null ? [] : await forUpdate(tx, tx.select().from(users).where(eq(users.id, userId)));
    const kept = await tx
      .update(providerSessions)
      .set({ ...sealed, refreshingUntil: null, version: sql`${providerSessions.version} + 1` })
      .where(and(eq(providerSessions.sessionId, row.sessionId), eq(providerSessions.version, row.version)))
      .returning({ sessionId: providerSessions.sessionId });
    if (kept.length === 0) return "changed";
    if (said !== null && user !== undefined && !(await hasEnteredSince(context, tx, row, askedAt))) {
      await setRanks(context, tx, user, { claims: said, provider, isLast });
      if (Object.keys(said.profile).length > 0) await tx.update(users).set(said.profile).where(eq(users.id, userId));
      if (locked !== null) await applyGroups(context, tx, { identityId: row.identityId, userId, locked });
      tx.afterCommit(() => context.bus.publish({ kind: "user", userId }));
    }
    return sealed.accessExpiresAt;
  });
}

/**
 * Has the person come in elsewhere since the provider was asked? What it said of them then may be newer than an answer that was
 * on its way meanwhile: what that would give may have been taken. A time that is still to come is of a clock that was set back.
 */
async function hasEnteredSince(
  { clock }: Pick<OidcContext, "clock">,
  tx: Transaction,
  { identityId }: ProviderSessionRow,
  askedAt: Date,
): Promise<boolean> {
  const { identities } = tx.tables;
  const { id, lastUsedAt } = identities;
  const isSince = and(eq(id, identityId), gt(lastUsedAt, askedAt), lte(lastUsedAt, new Date(clock.now())));
  return (await tx.select({ id }).from(identities).where(isSince)).length > 0;
}

/** A mapping that fails costs nobody the tokens: what was known of the person stays until one does not. */
function readSaid(
  { onError }: OidcContext,
  provider: Renewing["provider"],
  claims: Claims | null,
): AccountClaims | null {
  try {
    return claims === null ? null : readRenewedClaims(provider, claims);
  } catch (error) {
    onError(toPlainError(error));
    return null;
  }
}

/** What is kept of the provider goes, and the session with it unless the provider's policy is to keep it. */
async function giveUp(context: OidcContext, { provider, row, owner }: Renewing): Promise<AccessToken | Changed> {
  const userId = owner.id;
  const isEnd = provider.onRefreshFailure === "end";
  return context.db.transaction(async (tx) => {
    const { providerSessions, sessions } = tx.tables;
    // In the order in which a session ends: with the session first.
    await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, row.sessionId)));
    const cleared = await tx
      .update(providerSessions)
      .set({
        accessToken: null,
        refreshToken: null,
        accessExpiresAt: null,
        refreshingUntil: null,
        version: sql`${providerSessions.version} + 1`,
      })
      .where(and(eq(providerSessions.sessionId, row.sessionId), eq(providerSessions.version, row.version)))
      .returning({ sessionId: providerSessions.sessionId });
    // Somebody signed in anew, or another renewal was first: what was refused is not theirs any more.
    if (cleared.length === 0) return { status: "changed" };
    await context.audit.recordIn(tx, {
      action: "auth.oidc.refresh",
      outcome: "refused",
      reason: "invalid_grant",
      actor: { id: userId, name: owner.username, sessionId: row.sessionId },
      details: { provider: provider.name },
    });
    if (isEnd) await context.sessions.end(tx, { userId, sessionId: row.sessionId }, "provider_ended");
    return { status: isEnd ? "ended" : "none" };
  });
}
