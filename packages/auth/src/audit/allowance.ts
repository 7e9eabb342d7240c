import type { Clock } from "../clock.ts";

const defaultCapacity = 10_000;

/** Lets so many of a kind through within a period, which begins with the first. Of bounded size, as `createSparse`. */
export function createAllowance(
  clock: Clock,
  { most, periodMs }: { readonly most: number; readonly periodMs: number },
  capacity: number = defaultCapacity,
): (kind: string) => boolean {
  const periods = new Map<string, { readonly since: number; readonly count: number }>();

  return (kind) => {
    const now = clock.now();
    const last = periods.get(kind);
    const isRunning = last !== undefined && Math.abs(now - last.since) < periodMs;
    const { since, count } = isRunning ? last : { since: now, count: 0 };
    if (count >= most) return false;
    periods.delete(kind);
    periods.set(kind, { since, count: count + 1 });
    const [oldest] = periods.keys();
    if (periods.size > capacity && oldest !== undefined) periods.delete(oldest);
    return true;
  };
}
