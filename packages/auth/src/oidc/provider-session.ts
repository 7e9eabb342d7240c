import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { AnsweredTokens, ProviderAnswer } from "./exchange.ts";
import type { OidcContext } from "./oidc-context.ts";

type TokenColumn = "id_token" | "access_token" | "refresh_token";

/** Keeps what the session has from its provider, in place of what it had. */
export async function keepProviderSession(
  context: OidcContext,
  tx: Transaction,
  kept: {
    readonly sessionId: string;
    readonly identityId: string;
    readonly provider: string;
    readonly answer: ProviderAnswer;
  },
): Promise<void> {
  const { sessionId, identityId, provider, answer } = kept;
  const { providerSessions } = tx.tables;
  const { sid } = answer.claims as { readonly sid?: unknown };
  await tx.delete(providerSessions).where(eq(providerSessions.sessionId, sessionId));
  await tx.insert(providerSessions).values({
    sessionId,
    identityId,
    provider,
    sid: typeof sid === "string" && sid !== "" && sid.length <= 255 && !/\p{Cc}/u.test(sid) ? sid : null,
    ...(await sealTokens(context, sessionId, answer.tokens)),
    refreshingUntil: null,
    version: 1,
  });
}

/** Tokens as they are kept: each opens in its own row and column only. */
export async function sealTokens({ seal }: Pick<OidcContext, "seal">, sessionId: string, tokens: AnsweredTokens) {
  const close = (text: string, column: TokenColumn) =>
    text === "" ? null : seal.close(text, tokenPlace(sessionId, column));
  return {
    idToken: await close(tokens.idToken, "id_token"),
    accessToken: await close(tokens.accessToken, "access_token"),
    refreshToken: tokens.refreshToken === null ? null : await close(tokens.refreshToken, "refresh_token"),
    accessExpiresAt: tokens.accessExpiresAt === null ? null : new Date(tokens.accessExpiresAt),
    scope: tokens.scope,
  };
}

export function tokenPlace(sessionId: string, column: TokenColumn): string {
  return `provider_sessions:${sessionId}:${column}`;
}
