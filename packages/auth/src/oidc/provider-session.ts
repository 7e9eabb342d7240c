import { randomInt } from "node:crypto";

import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { Session } from "../session/principal.ts";

import type { AnsweredTokens, ProviderAnswer } from "./exchange.ts";
import { readSid } from "./heard-logouts.ts";
import type { OidcContext } from "./oidc-context.ts";

type TokenColumn = "id_token" | "access_token" | "refresh_token";

/** Keeps what the session has from its provider, in place of what it had. */
export async function keepProviderSession(
  context: OidcContext,
  tx: Transaction,
  kept: {
    /** As it was just written: begun, or with a new token. */
    readonly session: Pick<Session, "id" | "version">;
    readonly identityId: string;
    readonly provider: string;
    readonly answer: ProviderAnswer;
  },
): Promise<void> {
  const { session, identityId, provider, answer } = kept;
  const sessionId = session.id;
  const { providerSessions } = tx.tables;
  await tx.delete(providerSessions).where(eq(providerSessions.sessionId, sessionId));
  await tx.insert(providerSessions).values({
    sessionId,
    identityId,
    provider,
    sid: readSid(answer.claims),
    ...(await sealTokens(context, sessionId, answer.tokens)),
    refreshingUntil: null,
    // Of a session that goes on a renewal may be under way, which must not take these for those it has asked with. None to count
    // on from: a sign-in, by a password for instance, has taken what was there.
    version: session.version === 0 ? 1 : randomInt(2, 2 ** 30),
  });
}

/**
 * Did this session come from there? One that did not stays what it is when somebody shows there who they are: what ends it, and
 * whose token it has, is for the provider to say that it began with.
 */
export async function isSessionOf(
  tx: Transaction,
  of: { readonly sessionId: string; readonly identityId: string; readonly provider: string },
): Promise<boolean> {
  const { providerSessions } = tx.tables;
  const [row] = await tx.select().from(providerSessions).where(eq(providerSessions.sessionId, of.sessionId));
  return row?.identityId === of.identityId && row.provider === of.provider;
}

/** Tokens as they are kept: each opens in its own row and column only. */
export async function sealTokens({ seal }: Pick<OidcContext, "seal">, sessionId: string, tokens: AnsweredTokens) {
  const close = (text: string, column: TokenColumn) =>
    text === "" ? null : seal.close(text, tokenPlace(sessionId, column));
  return {
    idToken: await close(tokens.idToken, "id_token"),
    accessToken: await close(
      JSON.stringify({ token: tokens.accessToken, lifetimeMs: tokens.lifetimeMs } satisfies KeptToken),
      "access_token",
    ),
    refreshToken: tokens.refreshToken === null ? null : await close(tokens.refreshToken, "refresh_token"),
    accessExpiresAt: tokens.accessExpiresAt === null ? null : new Date(tokens.accessExpiresAt),
    scope: tokens.scope,
  };
}

/** An access token as it lies in its column. */
export interface KeptToken {
  readonly token: string;
  /** How long it was good for in all; null where the provider did not say. */
  readonly lifetimeMs: number | null;
}

/** Null when there is none, or it was sealed with a key that is not there any more. */
export async function openAccessToken(
  { seal }: Pick<OidcContext, "seal">,
  { accessToken, sessionId }: { readonly accessToken: string | null; readonly sessionId: string },
): Promise<KeptToken | null> {
  const text = await seal.open(accessToken, tokenPlace(sessionId, "access_token"));
  return text === null ? null : (JSON.parse(text) as KeptToken); // Written by us, and authenticated.
}

export function tokenPlace(sessionId: string, column: TokenColumn): string {
  return `provider_sessions:${sessionId}:${column}`;
}
