import { setTimeout as pause } from "node:timers/promises";

import { findDueRenewals } from "./find-due-renewals.ts";
import { GrowingRests } from "./growing-rests.ts";
import type { OidcContext } from "./oidc-context.ts";
import { toPlainError } from "./plain-error.ts";
import type { RenewalWanted, Renewals } from "./renewals.ts";

/** Of one provider, in a round and at once. What is left over comes with the next one, those first that end first. */
const mostInRound = 500;
const mostAtOnce = 8;
const longestRestMs = 600_000;
/** A provider is left alone when so many on end have failed: one session's fault is not everybody's. */
const failuresOfProvider = 3;

/**
 * Renews the tokens of sessions in use before they end, also where no code asks for them: what the provider says of people is
 * learned with it, and whom it has removed is out. Round after round, every `OIDC_RENEW_SECONDS` or so, so that servers that were
 * started together do not all ask at once. What fails is left alone for a while that grows.
 *
 * Returns how to stop: it begins nothing more then, and waits for what it has begun.
 */
export function startRenewingInUse(
  context: OidcContext,
  { renewals, inUse }: { readonly renewals: Renewals; readonly inUse: () => Iterable<string> },
): () => Promise<void> {
  if (!isRenewing(context)) return async () => {};

  const { clock, onError, settings } = context;
  const everyMs = settings.OIDC_RENEW_SECONDS * 1000;
  const growing = { clock, firstMs: everyMs, longestMs: Math.max(everyMs, longestRestMs) };
  const sessions = new GrowingRests({ ...growing, after: 1 });
  const providers = new GrowingRests({ ...growing, after: failuresOfProvider });
  const stopped = new AbortController();
  /** What a provider is being asked, by its name. One that takes its time holds up nobody who came by another. */
  const working = new Map<string, Promise<unknown>>();

  function mayRenew({ provider, sessionId }: RenewalWanted): boolean {
    return !stopped.signal.aborted && !providers.isResting(provider) && !sessions.isResting(sessionId);
  }

  async function renew(wanted: RenewalWanted): Promise<void> {
    const { provider, sessionId } = wanted;
    try {
      const { status } = (await renewals.renew(wanted)).answer;
      if (status === "unavailable") providers.fail(provider);
      // Of "none" it was not asked, as where no key opens what is kept.
      else if (status !== "none") providers.succeed(provider);
      if (status === "token" || status === "ended") sessions.succeed(sessionId);
      else sessions.fail(sessionId);
    } catch (error) {
      sessions.fail(sessionId);
      onError(toPlainError(error));
    }
  }

  async function goRound(): Promise<void> {
    const found = await findDueRenewals(context, inUse());
    for (const [provider, due] of Map.groupBy(found.filter(mayRenew), (wanted) => wanted.provider)) {
      if (working.has(provider)) continue;
      const ended = renewAll(due.slice(0, mostInRound)).finally(() => working.delete(provider));
      working.set(provider, ended);
    }
  }

  async function renewAll(all: readonly RenewalWanted[]): Promise<void> {
    const due = all.values();
    const work = async () => {
      for (const wanted of due) if (mayRenew(wanted)) await renew(wanted);
    };
    await Promise.all(Array.from({ length: mostAtOnce }, work));
  }

  async function goRoundForEver(): Promise<void> {
    for (;;) {
      await pause(everyMs * (0.75 + Math.random() / 2), null, { ref: false, signal: stopped.signal });
      await goRound().catch((error: unknown) => onError(toPlainError(error)));
    }
  }

  // It ends by being stopped, and in no other way.
  const running = goRoundForEver().catch(() => {});
  return async () => {
    stopped.abort();
    await running;
    await Promise.all(working.values());
  };
}

/** Is there anything to renew unasked, ever? */
export function isRenewing({ providers, settings }: Pick<OidcContext, "providers" | "settings">): boolean {
  return settings.OIDC_RENEW_SECONDS > 0 && providers.values().some(({ renewUnasked }) => renewUnasked);
}
