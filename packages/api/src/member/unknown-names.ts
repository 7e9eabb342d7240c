import { type Window, Windows } from "@countersign/auth";
import { CallError } from "@countersign/rpc";

/** Slips of one user in an hour; beyond it, it is guessing. */
const mostAnHour = 30;
const mostKept = 10_000;

// Of this process: several replicas let somebody guess several times as much, which is little still.
const kept = new Map<string, Window>();

/**
 * Counts a name before it is looked up, so that many at once do not slip through together. It is given back when there is
 * somebody of that name: `forgive`.
 *
 * @throws TOO_MANY_REQUESTS
 */
export function countName(userId: string, now: number): { forgive(): void } {
  if (kept.size >= mostKept) forgetPast(now);
  const windows = new Windows(kept, now);
  const limited = windows.take([{ key: userId, attempts: mostAnHour, windowSeconds: 3600 }]);
  if (limited) {
    throw new CallError("TOO_MANY_REQUESTS", "Too many names that nobody has. Try again later.", {
      reason: "RATE_LIMITED",
      retryAfterSeconds: limited.retryAfterSeconds,
    });
  }
  return { forgive: () => windows.giveBack([userId]) };
}

function forgetPast(now: number): void {
  for (const [key, { endsAt }] of kept) if (endsAt <= now) kept.delete(key);
  const oldest = kept.keys().next();
  if (kept.size >= mostKept && !oldest.done) kept.delete(oldest.value);
}
