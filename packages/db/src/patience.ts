import { AsyncLocalStorage } from "node:async_hooks";

import { DatabaseUnavailable } from "./database.ts";

/**
 * How long something may wait, all its waits together. Those that go on at the same time count once; what is done in between
 * does not count. Whatever waits for the database while `run` runs heeds it.
 */
export class Patience {
  readonly #totalMs: number;
  #spentMs = 0;
  #waits = 0;
  #waitsSince = 0;
  #running = 0;

  constructor(totalMs: number) {
    this.#totalMs = totalMs;
  }

  /** What is left of it, in milliseconds. */
  get leftMs(): number {
    const waitedMs = this.#waits === 0 ? 0 : performance.now() - this.#waitsSince;
    return Math.max(0, this.#totalMs - this.#spentMs - waitedMs);
  }

  /** Does anything that has it still run? What was begun within it and goes on by itself is not held to it any more. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  async run<Result>(body: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    try {
      return await current.run(this, body);
    } finally {
      this.#running -= 1;
    }
  }

  async spend<Result>(wait: () => Promise<Result>): Promise<Result> {
    if (this.#waits === 0) this.#waitsSince = performance.now();
    this.#waits += 1;
    try {
      return await wait();
    } finally {
      this.#waits -= 1;
      if (this.#waits === 0) this.#spentMs += performance.now() - this.#waitsSince;
    }
  }
}

const current = new AsyncLocalStorage<Patience | null>();

/** How long the running code may still wait, in milliseconds; infinity where nobody is waiting for it. */
export function patienceLeftMs(): number {
  return presentPatience()?.leftMs ?? Number.POSITIVE_INFINITY;
}

/** Counts this as waiting. */
export function spendPatience<Result>(wait: () => Promise<Result>): Promise<Result> {
  return presentPatience()?.spend(wait) ?? wait();
}

/**
 * Waits for what others may wait for as well, and goes on without it. `endsWithinMs`: it ends by itself by then.
 *
 * @throws DatabaseUnavailable when it takes longer than the running code may wait
 */
export function waitPatiently<Result>(
  shared: Promise<Result>,
  endsWithinMs = Number.POSITIVE_INFINITY,
): Promise<Result> {
  const patience = presentPatience();
  if (patience === null) return shared;
  const { leftMs } = patience;
  // Most calls have waited for nothing before: their timer would never be what ends it.
  if (leftMs >= endsWithinMs) return patience.spend(() => shared);
  return patience.spend(() => inTime(shared, { withinMs: leftMs, refusal: outOfPatience }));
}

/** Runs what others depend on as well: it is not to end because this one may not wait any longer. */
export function withoutPatience<Result>(body: () => Result): Result {
  return current.run(null, body);
}

/** The promise, or the refusal once the time is over. What comes of the promise later is nobody's any more. */
export async function inTime<Result>(
  promise: Promise<Result>,
  { withinMs, refusal }: { readonly withinMs: number; readonly refusal: () => Error },
): Promise<Result> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(refusal()), withinMs);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

export function outOfPatience(): DatabaseUnavailable {
  return new DatabaseUnavailable("The database took too long to answer. Try again later.");
}

function presentPatience(): Patience | null {
  const patience = current.getStore() ?? null;
  return patience?.isRunning ? patience : null;
}
