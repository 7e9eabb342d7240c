import type { Clock } from "../clock.ts";

const defaultCapacity = 10_000;

/** Lets one of a kind through within `periodMs`. Of bounded size: beyond it the oldest kinds are forgotten. */
export function createSparse(
  clock: Clock,
  periodMs: number,
  capacity: number = defaultCapacity,
): (kind: string) => boolean {
  const lastAt = new Map<string, number>();

  return (kind) => {
    const now = clock.now();
    const last = lastAt.get(kind);
    // Whichever way a clock is set, the next one is not long in coming.
    if (last !== undefined && Math.abs(now - last) < periodMs) return false;
    // Deleted first, so that the order of insertion is the order of time.
    lastAt.delete(kind);
    lastAt.set(kind, now);
    const [oldest] = lastAt.keys();
    if (lastAt.size > capacity && oldest !== undefined) lastAt.delete(oldest);
    return true;
  };
}
