import { eq } from "drizzle-orm";

import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { type KeptToken, openAccessToken } from "./provider-session.ts";
import type { AccessToken } from "./renew-tokens.ts";
import type { ProviderSessionRow } from "./renewal-lock.ts";

/** So long before its end a token is renewed, at most: it has to last for the call that it is asked for. */
export const earlyMs = 60_000;

/** What a session has of its provider just now. */
export interface TokenLook {
  /** Whose token it is; null where the session came from no provider that is set up. */
  readonly by: string | null;
  /** What is there: a token that is good still, or none. */
  readonly answer: Extract<AccessToken, { readonly status: "token" | "none" }>;
  /** Is it about to end, or has it ended, and can be renewed? Null where there is nothing to do. */
  readonly due: { readonly row: ProviderSessionRow; readonly provider: ConnectedProvider } | null;
}

/** Reads a session's token, and asks nobody for another one. */
export async function lookAtToken(context: OidcContext, sessionId: string): Promise<TokenLook> {
  const { providerSessions } = context.db.tables;
  const [row] = await context.db.select().from(providerSessions).where(eq(providerSessions.sessionId, sessionId));
  const provider = context.providers.get(row?.provider ?? "");
  if (row === undefined || provider === undefined) return { by: null, answer: { status: "none" }, due: null };

  const kept = await openAccessToken(context, row);
  const expiresAt = row.accessExpiresAt;
  const leftMs = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - context.clock.now();
  const isGood = kept !== null && leftMs > 0;
  return {
    by: provider.name,
    answer: isGood ? { status: "token", accessToken: kept.token, expiresAt } : { status: "none" },
    due: leftMs <= howEarly(kept) && row.refreshToken !== null ? { row, provider } : null,
  };
}

/** Tokens that never last for longer are renewed at half of their time, and not at each call. */
function howEarly(kept: KeptToken | null): number {
  return Math.min(earlyMs, (kept?.lifetimeMs ?? Number.POSITIVE_INFINITY) / 2);
}
