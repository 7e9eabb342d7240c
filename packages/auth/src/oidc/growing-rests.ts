import type { Clock } from "../clock.ts";

/** Of so many it is kept at most that they have failed: more than one server has sessions in use. */
const mostKept = 100_000;

interface Failing {
  readonly count: number;
  readonly since: number;
  readonly restMs: number;
}

/**
 * Who fails so many times on end (`after`) is left alone for `firstMs`, and with each further failure for twice as long, `longestMs`
 * at most. What fails during a rest, because it was begun before, is not counted.
 */
export class GrowingRests {
  readonly #failing = new Map<string, Failing>();
  readonly #given: { clock: Clock; after: number; firstMs: number; longestMs: number };

  constructor(given: {
    readonly clock: Clock;
    readonly after: number;
    readonly firstMs: number;
    readonly longestMs: number;
  }) {
    this.#given = given;
  }

  isResting(who: string): boolean {
    const failing = this.#failing.get(who);
    // Whichever way the clock is set.
    return failing !== undefined && Math.abs(this.#given.clock.now() - failing.since) < failing.restMs;
  }

  fail(who: string): void {
    if (this.isResting(who)) return;
    const { after, clock, firstMs, longestMs } = this.#given;
    const count = (this.#failing.get(who)?.count ?? 0) + 1;
    const restMs = count < after ? 0 : Math.min(longestMs, firstMs * 2 ** (count - after));
    this.#failing.delete(who);
    this.#failing.set(who, { count, since: clock.now(), restMs });
    const [oldest] = this.#failing.keys();
    if (this.#failing.size > mostKept && oldest !== undefined) this.#failing.delete(oldest);
  }

  succeed(who: string): void {
    this.#failing.delete(who);
  }
}
