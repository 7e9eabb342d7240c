import { type Place, type Window, Windows } from "@countersign/auth";
import { CallError } from "@countersign/rpc";

/** Slips of one user in an hour; beyond it, it is guessing. */
const mostUnknown = 30;
/** Names of one user in an hour that somebody has: enough to fill a project by hand, and no way to list who there is. */
const mostKnown = 100;
const mostKept = 10_000;

// Of this process: several replicas let somebody try several times as much, which is little still.
const kept = new Map<string, Window>();

/**
 * Counts a name before it is looked up, as one that nobody has and as one that somebody has: so many at once do not slip
 * through together, and a refusal never tells which it is. Say with `was` what it turned out to be; the other is given back.
 *
 * @throws TOO_MANY_REQUESTS
 */
export function countName(userId: string, now: number): { was(kind: "known" | "unknown"): void } {
  if (kept.size >= mostKept) forgetPast(now);
  const windows = new Windows(kept, now);
  const [unknown, known] = [placeOf("unknown", userId, mostUnknown), placeOf("known", userId, mostKnown)];
  const limited = windows.take([unknown, known]);
  if (limited) {
    throw new CallError("TOO_MANY_REQUESTS", "Too many names. Try again later.", {
      reason: "RATE_LIMITED",
      retryAfterSeconds: limited.retryAfterSeconds,
    });
  }
  return { was: (kind) => windows.giveBack([kind === "known" ? unknown.key : known.key]) };
}

function placeOf(kind: "known" | "unknown", userId: string, attempts: number): Place {
  return { key: `${kind}:${userId}`, attempts, windowSeconds: 3600 };
}

function forgetPast(now: number): void {
  for (const [key, { endsAt }] of kept) if (endsAt <= now) kept.delete(key);
  const oldest = kept.keys().next();
  if (kept.size >= mostKept && !oldest.done) kept.delete(oldest.value);
}
