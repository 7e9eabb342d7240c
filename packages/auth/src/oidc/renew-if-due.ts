import { setTimeout as pause } from "node:timers/promises";

import { type Discovered, longestAnswerMs, withinTime } from "./connection.ts";
import { lookAtToken } from "./look-at-token.ts";
import type { ConnectedProvider, OidcContext } from "./oidc-context.ts";
import { type AccessToken, renewTokens, type TokenOwner } from "./renew-tokens.ts";
import { lockRenewal, renewalLockMs } from "./renewal-lock.ts";
import { tellOnce } from "./tell-once.ts";

/** What became of a session's token, and which provider it is of. */
export interface RenewedToken {
  readonly by: string | null;
  readonly answer: AccessToken;
}

const lookAgainMs = 100;

/** Renews a session's token if it is about to end; where another server is at it, waits for what that one brings. */
export async function renewIfDue(
  context: OidcContext,
  { sessionId, owner }: { readonly sessionId: string; readonly owner: TokenOwner },
): Promise<RenewedToken> {
  const until = performance.now() + renewalLockMs + longestAnswerMs;
  let found: number | null = null;
  for (;;) {
    const { by, answer, due } = await lookAtToken(context, sessionId);
    if (due === null) return { by, answer };
    const { row, provider } = due;
    found ??= row.version;
    // Renewed while this waited: it does not matter then how long it lasts.
    if (row.version !== found && answer.status === "token") return { by, answer };

    // Before the lock, which is for the time that a renewal itself can take.
    const discovered = await discover(context, provider);
    if (discovered === null) return { by, answer: { status: "unavailable" } };
    const locked = await lockRenewal(context, row);
    if (locked !== null) {
      const renewed = await renewTokens(context, { provider, discovered, row: locked, owner });
      if (renewed.status !== "changed") return { by, answer: renewed };
    }
    // Somebody else renews it: as soon as they have, it is there.
    if (performance.now() > until) return { by, answer: { status: "unavailable" } };
    await pause(lookAgainMs);
  }
}

async function discover(context: OidcContext, { connection }: ConnectedProvider): Promise<Discovered | null> {
  try {
    return await withinTime(connection.discover());
  } catch (error) {
    tellOnce(context.onError, error);
    return null;
  }
}
