import { TokenBucket } from "./token-bucket.ts";

const mostBuckets = 50_000;

/** A bucket for each key: a user's id, or an address. */
export class RateLimits {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** May the owner of this key make one more? */
  admit(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? this.#create(key, now);
    return bucket.take(1, now);
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
