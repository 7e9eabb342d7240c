import { within } from "../drain/within.ts";

/** What stands in the way of taking traffic, by name. It says nothing of why: that is in the log. */
export interface Readiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<CheckName, "ok" | "failing">>;
}

type CheckName = "accepting" | "database" | "lease";

/** That the database answered is good for so long, however many ask. */
const keptMs = 1000;
/**
 * For how long it must answer nothing. It is the database of all servers: one that is slow for a moment would take all of
 * them away from the proxy at once, and nobody would be served.
 */
const patienceMs = 3000;
/** Meanwhile it is asked again by itself, however seldom a probe comes. */
const retryMs = 250;
/** Who asks gets an answer within this: a probe gives up soon after. */
const answerMs = 1000;

/**
 * Tells whether this server may take traffic: it accepts new work, open sessions are confirmed, and the database answers, or
 * has not for less than three seconds, during which it was asked again and again. One question to it is under way at a time,
 * and while it answers at most one is asked in a second.
 */
export function createReadiness(server: {
  /** False while draining. */
  isAccepting(): boolean;
  /** False when open sessions have not been confirmed for a lease. */
  isLeaseConfirmed(): boolean;
  /** Rejects unless the database answers. */
  ping(): Promise<void>;
}): () => Promise<Readiness> {
  let asking: Promise<void> | null = null;
  let answeredAt = Number.NEGATIVE_INFINITY;
  /** Since when it was asked, and has not answered; null where it has. */
  let silentSince: number | null = null;

  async function isAnswering(): Promise<boolean> {
    if (performance.now() - answeredAt < keptMs) return true;
    silentSince ??= performance.now();
    asking ??= askUntilAnswered().finally(() => (asking = null));
    await within(asking, answerMs);
    return isPatient();
  }

  function isPatient(): boolean {
    return silentSince === null || performance.now() - silentSince < patienceMs;
  }

  /** Until the patience is over; whoever asks after that begins again. */
  async function askUntilAnswered(): Promise<void> {
    do {
      try {
        await server.ping();
        answeredAt = performance.now();
        silentSince = null;
        return;
      } catch {
        // Why not is in the log of those who needed it.
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    } while (isPatient());
  }

  return async () => {
    const isReachable = await isAnswering();
    const checks = { accepting: server.isAccepting(), database: isReachable, lease: server.isLeaseConfirmed() };
    return {
      isReady: Object.values(checks).every(Boolean),
      checks: { accepting: say(checks.accepting), database: say(checks.database), lease: say(checks.lease) },
    };
  };
}

function say(isFine: boolean): "ok" | "failing" {
  return isFine ? "ok" : "failing";
}
