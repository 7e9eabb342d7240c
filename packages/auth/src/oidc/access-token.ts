import { setTimeout as pause } from "node:timers/promises";

import { and, eq, isNull, lte, or, sql } from "drizzle-orm";
import * as client from "openid-client";

import type { Transaction } from "@countersign/db";

import type { Principal } from "../session/principal.ts";

import { applyGroups, lockGroups } from "./claimed-groups.ts";
import { withinTime } from "./connection.ts";
import { toTokens, verifyIdToken } from "./exchange.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { isUnavailable } from "./outgoing-fetch.ts";
import { sealTokens, tokenPlace } from "./provider-session.ts";
import type { Claims } from "./provider.ts";
import { readClaims } from "./read-claims.ts";
import { tellTokens } from "./tell-tokens.ts";

export type AccessToken =
  | { readonly status: "token"; readonly accessToken: string; readonly expiresAt: Date | null }
  /** The session came from no provider, or from another one, or its tokens are gone. */
  | { readonly status: "none" }
  /** The provider does not answer. The session stays. */
  | { readonly status: "unavailable" }
  /** The provider renews it no more, and the session has ended with it. */
  | { readonly status: "ended" };

type Row = Transaction["tables"]["providerSessions"]["$inferSelect"];

/** So long before its end a token is renewed: it has to last for the call that it is asked for. */
const earlyMs = 60_000;
/** One renewal: then another may try. Longer than the provider is given. */
const lockMs = 15_000;
const longestMs = 9500;
const lookAgainMs = 100;

/** See `Oidc.accessToken`. */
export async function readAccessToken(
  context: OidcContext,
  principal: Principal,
  wanted: { readonly provider?: string | undefined } = {},
): Promise<AccessToken> {
  const until = context.clock.now() + lockMs + longestMs;
  let found: number | null = null;
  for (;;) {
    const row = await readRow(context, principal.session.id);
    const provider = context.providers.get(row?.provider ?? "");
    if (row === null || provider === undefined) return { status: "none" };
    if (wanted.provider !== undefined && wanted.provider !== row.provider) return { status: "none" };

    const now = context.clock.now();
    const { accessExpiresAt } = row;
    if (accessExpiresAt === null || accessExpiresAt.getTime() - now > earlyMs) return open(context, row);
    found ??= row.version;
    // Renewed while this waited: some providers' tokens never last for longer.
    if (row.version !== found && accessExpiresAt.getTime() > now) return open(context, row);
    if (row.refreshToken === null) return accessExpiresAt.getTime() > now ? open(context, row) : { status: "none" };

    const locked = await lock(context, row);
    if (locked !== null) return refresh(context, { provider, row: locked, principal });
    // Somebody else renews it: as soon as they have, it is there.
    if (context.clock.now() > until) return { status: "unavailable" };
    await pause(lookAgainMs);
  }
}

async function readRow({ db }: OidcContext, sessionId: string): Promise<Row | null> {
  const { providerSessions } = db.tables;
  const [row] = await db.select().from(providerSessions).where(eq(providerSessions.sessionId, sessionId));
  return row ?? null;
}

async function open({ seal }: OidcContext, row: Row): Promise<AccessToken> {
  const accessToken = await seal.open(row.accessToken, tokenPlace(row.sessionId, "access_token"));
  return accessToken === null ? { status: "none" } : { status: "token", accessToken, expiresAt: row.accessExpiresAt };
}

/** Whoever writes the time first renews it, on whichever server: nobody holds a connection while the provider is asked. */
async function lock({ db, clock }: OidcContext, { sessionId, version }: Row): Promise<Row | null> {
  const { providerSessions } = db.tables;
  const now = clock.now();
  return db.transaction(async (tx) => {
    const [locked] = await tx
      .update(providerSessions)
      .set({ refreshingUntil: new Date(now + lockMs) })
      .where(
        and(
          eq(providerSessions.sessionId, sessionId),
          eq(providerSessions.version, version),
          or(isNull(providerSessions.refreshingUntil), lte(providerSessions.refreshingUntil, new Date(now))),
        ),
      )
      .returning();
    return locked ?? null;
  });
}

interface Refreshing {
  readonly provider: ConnectedProvider;
  readonly row: Row;
  readonly principal: Principal;
}

async function refresh(context: OidcContext, refreshing: Refreshing): Promise<AccessToken> {
  try {
    return await withinTime(longestMs, renew(context, refreshing));
  } catch (error) {
    if (isRefused(error)) return giveUp(context, refreshing);
    await unlock(context, refreshing.row);
    context.onError(error);
    if (isUnavailable(error) || error instanceof client.ClientError || error instanceof client.ResponseBodyError)
      return { status: "unavailable" };
    throw error;
  }
}

/** The provider takes this token no more: revoked, used before (RFC 9700 §4.14.2), or its session has ended. */
function isRefused(error: unknown): boolean {
  return error instanceof client.ResponseBodyError && error.error === "invalid_grant";
}

async function renew(context: OidcContext, { provider, row, principal }: Refreshing): Promise<AccessToken> {
  const { seal, clock } = context;
  const refreshToken = await seal.open(row.refreshToken, tokenPlace(row.sessionId, "refresh_token"));
  if (refreshToken === null) {
    await unlock(context, row);
    return { status: "none" };
  }
  const discovered = await provider.connection.discover();
  const answered = await client.refreshTokenGrant(discovered.config, refreshToken);
  const renewed = toTokens(answered, clock.now());
  const claims = await readRenewedClaims(context, { provider, row, idToken: renewed.idToken });
  const tokens = {
    ...renewed,
    // Providers that do not rotate say nothing of it, and the same goes on.
    refreshToken: renewed.refreshToken ?? refreshToken,
    idToken: renewed.idToken === "" ? await keptIdToken(context, row) : renewed.idToken,
    scope: renewed.scope ?? row.scope,
  };
  const sealed = await sealTokens(context, row.sessionId, tokens);
  const isKept = await context.db.transaction(async (tx) => {
    const names = claims === null ? null : readClaims(provider, { claims }).groups;
    const of = { identityId: row.identityId, provider: provider.name };
    const locked = names === null ? null : await lockGroups(context, tx, { ...of, names });
    const { providerSessions } = tx.tables;
    const kept = await tx
      .update(providerSessions)
      .set({ ...sealed, refreshingUntil: null, version: sql`${providerSessions.version} + 1` })
      .where(and(eq(providerSessions.sessionId, row.sessionId), eq(providerSessions.version, row.version)))
      .returning({ sessionId: providerSessions.sessionId });
    if (kept.length === 0) return false;
    const userId = principal.user.id;
    if (claims !== null) await updateProfile(context, tx, { provider, claims, userId });
    if (locked !== null) await applyGroups(context, tx, { identityId: row.identityId, userId, locked });
    return true;
  });
  if (!isKept) return { status: "none" };
  if (claims !== null) {
    const answer = { issuer: "", subject: "", claims, tokens };
    tellTokens(context, { provider, answer }, principal.user.id);
  }
  return { status: "token", accessToken: tokens.accessToken, expiresAt: sealed.accessExpiresAt };
}

/** A renewed ID token is about the same person, or it is refused (OpenID Connect Core §12.2). Null when there is none. */
async function readRenewedClaims(
  context: OidcContext,
  renewed: { readonly provider: ConnectedProvider; readonly row: Row; readonly idToken: string },
): Promise<Claims | null> {
  const { provider, row, idToken } = renewed;
  if (idToken === "") return null;
  const discovered = await provider.connection.discover();
  const claims = await verifyIdToken(context, provider, discovered, { idToken, notBefore: 0 });
  const { identities } = context.db.tables;
  const [identity] = await context.db.select().from(identities).where(eq(identities.id, row.identityId));
  if (identity?.issuer !== claims.iss || identity.subject !== claims.sub)
    throw new client.ClientError("The renewed ID token is about somebody else.");
  return claims;
}

async function keptIdToken({ seal }: OidcContext, row: Row): Promise<string> {
  return (await seal.open(row.idToken, tokenPlace(row.sessionId, "id_token"))) ?? "";
}

async function updateProfile(
  { bus }: OidcContext,
  tx: Transaction,
  change: { readonly provider: ConnectedProvider; readonly claims: Claims; readonly userId: string },
): Promise<void> {
  const { profile } = readClaims(change.provider, change);
  if (Object.keys(profile).length === 0) return;
  const { users } = tx.tables;
  await tx.update(users).set(profile).where(eq(users.id, change.userId));
  tx.afterCommit(() => bus.publish({ kind: "user", userId: change.userId }));
}

async function unlock({ db }: OidcContext, { sessionId, version }: Row): Promise<void> {
  const { providerSessions } = db.tables;
  await db.transaction((tx) =>
    tx
      .update(providerSessions)
      .set({ refreshingUntil: null })
      .where(and(eq(providerSessions.sessionId, sessionId), eq(providerSessions.version, version))),
  );
}

/** What is kept of the provider goes, and the session with it unless the provider's policy is to keep it. */
async function giveUp(context: OidcContext, { provider, row, principal }: Refreshing): Promise<AccessToken> {
  const userId = principal.user.id;
  const isEnd = provider.onRefreshFailure === "end";
  await context.db.transaction(async (tx) => {
    const { providerSessions } = tx.tables;
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
    // Somebody signed in anew meanwhile: what was refused is not theirs any more.
    if (cleared.length === 0) return;
    await context.audit.recordIn(tx, {
      action: "auth.oidc.refresh",
      outcome: "refused",
      reason: "invalid_grant",
      actor: { id: userId, name: principal.user.username, sessionId: row.sessionId },
      details: { provider: provider.name },
    });
    if (isEnd) await context.sessions.end(tx, { userId, sessionId: row.sessionId }, "provider_ended");
  });
  return { status: isEnd ? "ended" : "none" };
}
