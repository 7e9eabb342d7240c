import { withoutPatience } from "@countersign/db";

import type { OidcContext } from "./oidc-context.ts";
import { type RenewedToken, renewIfDue } from "./renew-if-due.ts";
import type { TokenOwner } from "./renew-tokens.ts";

export interface RenewalWanted {
  readonly sessionId: string;
  readonly owner: TokenOwner;
  /** Whose token it is, as last looked at. */
  readonly provider: string;
}

/** The renewals of this process. */
export interface Renewals {
  /**
   * Renews a session's token if it is about to end. Whoever asks meanwhile gets the same answer; of a provider that has just
   * let somebody wait for nothing, everybody gets at once that it does not answer.
   */
  renew(wanted: RenewalWanted): Promise<RenewedToken>;
}

/** A failure that took so long is not to be waited for by all who ask. One that comes at once holds nobody up. */
const slowMs = 2000;
const failureKeptMs = 5000;

export function createRenewals(context: OidcContext): Renewals {
  const running = new Map<string, Promise<RenewedToken>>();
  /** By the time at which each has failed. */
  const slow = new Map<string, number>();

  function isSlow(provider: string): boolean {
    const failedAt = slow.get(provider);
    // Whichever way the clock is set.
    return failedAt !== undefined && Math.abs(context.clock.now() - failedAt) < failureKeptMs;
  }

  async function renew(wanted: RenewalWanted): Promise<RenewedToken> {
    const from = performance.now();
    const renewed = await renewIfDue(context, wanted);
    if (renewed.answer.status !== "unavailable") slow.delete(wanted.provider);
    else if (performance.now() - from > slowMs) slow.set(wanted.provider, context.clock.now());
    return renewed;
  }

  return {
    async renew(wanted) {
      const { provider, sessionId } = wanted;
      const known = running.get(sessionId);
      if (known !== undefined) return known;
      if (isSlow(provider)) return { by: provider, answer: { status: "unavailable" } };
      // For all who ask, and no token is to be lost: it does not end with the patience of the first.
      const renewing = withoutPatience(() => renew(wanted)).finally(() => running.delete(sessionId));
      running.set(sessionId, renewing);
      return renewing;
    },
  };
}
