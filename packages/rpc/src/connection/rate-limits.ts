import type { Settings } from "@countersign/contract";

import { TokenBucket } from "./token-bucket.ts";

/** The calls of one user over all sockets and HTTP, or of one address while anonymous. */
const shareOfUser = 5;
const mostBuckets = 50_000;

export class RateLimits {
  readonly #settings: Settings;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** May the owner of this key (a user's id, or an address) make one more call? */
  admit(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? this.#create(key, now);
    return bucket.take(1, now);
  }

  #create(key: string, now: number): TokenBucket {
    if (this.#buckets.size >= mostBuckets) this.#forget(now);
    const { CALLS_PER_SECOND, CALLS_BURST } = this.#settings;
    const bucket = new TokenBucket(CALLS_PER_SECOND * shareOfUser, CALLS_BURST * shareOfUser, now);
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
