import type { Settings } from "@countersign/contract";

import { TokenBucket } from "./token-bucket.ts";

type CallSettings = Pick<Settings, "CALLS_PER_SECOND" | "CALLS_BURST">;

const mostBuckets = 50_000;
/** So often a log hears of the same flood. */
const newsEveryMs = 60_000;
/** Floods that are told apart; beyond it some are told once more. */
const mostFloods = 1000;
/** What one user may over all sockets and HTTP, or one address while anonymous, as a multiple of one socket's. */
const shareOfUser = 5;
/** Frames are allowed this many times the calls: heartbeats, stops, answers to pings. */
const framesPerCall = 2;

/** A bucket for each key: a user's id, or an address. */
export class RateLimits {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #toldAt = new Map<string, number>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** May the owner of this key make one more, or so many at once? */
  admit(key: string, now: number, count = 1): boolean {
    const bucket = this.#buckets.get(key) ?? this.#create(key, now);
    return bucket.take(count, now);
  }

  /** Has nobody been told for a minute that this key is refused? Asking counts as telling. */
  isNews(key: string, now: number): boolean {
    const toldAt = this.#toldAt.get(key);
    if (toldAt !== undefined && now - toldAt < newsEveryMs) return false;
    if (this.#toldAt.size >= mostFloods) this.#toldAt.clear();
    this.#toldAt.set(key, now);
    return true;
  }

  #create(key: string, now: number): TokenBucket {
    if (this.#buckets.size >= mostBuckets) this.#forget(now);
    const bucket = new TokenBucket(this.#perSecond, this.#burst, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** Full buckets say nothing; if all are in use, the oldest goes. */
  #forget(now: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size >= mostBuckets && !oldest.done) this.#buckets.delete(oldest.value);
  }
}

/** How many calls each user may make. Beyond it they are refused. */
export function createCallLimits(settings: CallSettings): RateLimits {
  return createLimits(settings, shareOfUser);
}

/** How many frames the sockets of each user may bring together. Beyond it they are closed. */
export function createFrameLimits(settings: CallSettings): RateLimits {
  return createLimits(settings, shareOfUser * framesPerCall);
}

/** The same of one socket: calls, and frames. */
export function createSocketBuckets({ CALLS_PER_SECOND, CALLS_BURST }: CallSettings, now: number) {
  return {
    calls: new TokenBucket(CALLS_PER_SECOND, CALLS_BURST, now),
    frames: new TokenBucket(CALLS_PER_SECOND * framesPerCall, CALLS_BURST * framesPerCall, now),
  };
}

function createLimits({ CALLS_PER_SECOND, CALLS_BURST }: CallSettings, times: number) {
  return new RateLimits(CALLS_PER_SECOND * times, CALLS_BURST * times);
}
