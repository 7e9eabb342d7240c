import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";

import type { Principal } from "../session/principal.ts";

import { type Discovered, withinTime } from "./connection.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { type KeptToken, openAccessToken } from "./provider-session.ts";
import { type AccessToken, renewTokens } from "./renew-tokens.ts";
import { lockRenewal, type ProviderSessionRow, renewalLockMs } from "./renewal-lock.ts";
import { tellOnce } from "./tell-once.ts";

/** So long before its end a token is renewed, at most: it has to last for the call that it is asked for. */
const earlyMs = 60_000;
const longestMs = 9500;
const lookAgainMs = 100;

/** See `Oidc.accessToken`. */
export async function readAccessToken(
  context: OidcContext,
  principal: Principal,
  wanted: { readonly provider?: string | undefined } = {},
): Promise<AccessToken> {
  const until = performance.now() + renewalLockMs + longestMs;
  let found: number | null = null;
  for (;;) {
    const row = await readRow(context, principal.session.id);
    const provider = context.providers.get(row?.provider ?? "");
    if (row === null || provider === undefined) return { status: "none" };
    if (wanted.provider !== undefined && wanted.provider !== row.provider) return { status: "none" };

    const kept = await openAccessToken(context, row);
    if (row.accessExpiresAt === null) return asAnswer(kept, row);
    const leftMs = row.accessExpiresAt.getTime() - context.clock.now();
    if (leftMs > howEarly(kept)) return asAnswer(kept, row);
    found ??= row.version;
    // Renewed while this waited: it does not matter then how long it lasts.
    if (row.version !== found && leftMs > 0) return asAnswer(kept, row);
    if (row.refreshToken === null) return leftMs > 0 ? asAnswer(kept, row) : { status: "none" };

    // Before the lock, which is for the time that a renewal itself can take.
    const discovered = await discover(context, provider);
    if (discovered === null) return { status: "unavailable" };
    const locked = await lockRenewal(context, row);
    if (locked !== null) {
      const renewed = await renewTokens(context, { provider, discovered, row: locked, principal });
      if (renewed.status !== "changed") return renewed;
    }
    // Somebody else renews it: as soon as they have, it is there.
    if (performance.now() > until) return { status: "unavailable" };
    await pause(lookAgainMs);
  }
}

async function readRow({ db }: OidcContext, sessionId: string): Promise<ProviderSessionRow | null> {
  const { providerSessions } = db.tables;
  const [row] = await db.select().from(providerSessions).where(eq(providerSessions.sessionId, sessionId));
  return row ?? null;
}

function asAnswer(kept: KeptToken | null, { accessExpiresAt }: ProviderSessionRow): AccessToken {
  if (kept === null) return { status: "none" };
  return { status: "token", accessToken: kept.token, expiresAt: accessExpiresAt };
}

/** Tokens that never last for longer are renewed at half of their time, and not at each call. */
function howEarly(kept: KeptToken | null): number {
  return Math.min(earlyMs, (kept?.lifetimeMs ?? Number.POSITIVE_INFINITY) / 2);
}

async function discover(context: OidcContext, { connection }: ConnectedProvider): Promise<Discovered | null> {
  try {
    return await withinTime(longestMs, connection.discover());
  } catch (error) {
    tellOnce(context.onError, error);
    return null;
  }
}
