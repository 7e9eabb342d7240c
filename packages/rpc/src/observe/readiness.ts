/** What stands in the way of taking traffic, by name. It says nothing of why: that is in the log. */
export interface Readiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<CheckName, "ok" | "failing">>;
}

type CheckName = "accepting" | "database" | "lease";

/** What the database said is good for so long, however many ask. */
const keptMs = 1000;
/** Who asks gets an answer within this: a probe gives up soon after. */
const answerMs = 1000;

/**
 * Tells whether this server may take traffic: it accepts new work, the database answers, and open sessions are confirmed. One
 * question to the database is under way at a time, and at most one is asked in a second.
 */
export function createReadiness(server: {
  /** False while draining. */
  isAccepting(): boolean;
  /** False when open sessions have not been confirmed for a lease. */
  isLeaseConfirmed(): boolean;
  /** Rejects unless the database answers. */
  ping(): Promise<void>;
}): () => Promise<Readiness> {
  let asking: Promise<boolean> | null = null;
  let kept: { readonly answer: boolean; readonly at: number } | null = null;

  function ask(): Promise<boolean> {
    if (kept !== null && performance.now() - kept.at < keptMs) return Promise.resolve(kept.answer);
    asking ??= server
      .ping()
      .then(
        () => true,
        () => false,
      )
      .then((answer) => {
        kept = { answer, at: performance.now() };
        asking = null;
        return answer;
      });
    return within(asking, answerMs);
  }

  return async () => {
    const isAnswering = await ask();
    const checks = { accepting: server.isAccepting(), database: isAnswering, lease: server.isLeaseConfirmed() };
    return {
      isReady: Object.values(checks).every(Boolean),
      checks: { accepting: say(checks.accepting), database: say(checks.database), lease: say(checks.lease) },
    };
  };
}

function say(isFine: boolean): "ok" | "failing" {
  return isFine ? "ok" : "failing";
}

/** False when the answer takes longer. */
async function within(answer: Promise<boolean>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, ms, false);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
