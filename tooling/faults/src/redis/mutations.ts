import type { HistoryEvent } from "@app/workload";

import { percentile } from "../figures.ts";

/** How the changes went that were asked for within some time. */
export interface Mutations {
  readonly count: number;
  /** Lost on the way, or refused because of the server's state. */
  readonly failed: number;
  /** Of those that were answered; not a number where none was. */
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Of those that were begun from one moment of the history to another. What is refused for what it asks is answered. */
export function mutationsBetween(history: readonly HistoryEvent[], from: number, to: number): Mutations {
  const attempts = Map.groupBy(history, ({ key }) => key)
    .values()
    .filter(([begun]) => begun !== undefined && begun.t >= from && begun.t < to && !reads.has(begun.op))
    .toArray();
  const times = attempts.flatMap(([begun, ...events]) => {
    const answer = events.find(({ phase }) => phase === "ok" || phase === "fail");
    return begun && answer ? [answer.t - begun.t] : [];
  });
  return {
    count: attempts.length,
    failed: attempts.filter((events) => events.some(isFailure)).length,
    p99Ms: times.length === 0 ? Number.NaN : percentile(times, 0.99),
    longestMs: Math.max(...times),
  };
}

/** Over HTTP as well: signing out takes as long as making a new session, which hashes a password. */
const reads = new Set<string>(["listNotes", "useOldSession", "signOut"]);

function isFailure({ phase, code }: HistoryEvent): boolean {
  return phase === "unknown" || (phase === "fail" && ofServer.has(code ?? ""));
}

const ofServer = new Set(["SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "TIMEOUT", "TOO_MANY_REQUESTS"]);
