import { RateLimits } from "../connection/rate-limits.ts";
import { TokenBucket } from "../connection/token-bucket.ts";
import type { Log } from "../services.ts";

/** Lines about refusals, whoever causes them: so many at once, and so many in a second from then on. */
const burst = 100;
const perSecond = 1;

/**
 * Writes down what was refused. Anybody can bring refusals about, so that the lines are limited; how many were left out is
 * said in the next one.
 */
export class RefusalLog {
  readonly #log: Log;
  readonly #news = new RateLimits(perSecond, burst);
  readonly #bucket = new TokenBucket(perSecond, burst, performance.now());
  #leftOut = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** One line for each refusal, as long as there are not too many. */
  write(facts: Readonly<Record<string, unknown>>, message: string): void {
    if (!this.#bucket.take(1, performance.now())) {
      this.#leftOut += 1;
      return;
    }
    this.#log.warn(this.#leftOut === 0 ? facts : { ...facts, leftOut: this.#leftOut }, message);
    this.#leftOut = 0;
  }

  /** The same, but at most once a minute for what has this key: for what happens again and again in normal use. */
  writeNews(key: string, facts: () => Readonly<Record<string, unknown>>, message: string): void {
    if (this.#news.isNews(key, performance.now())) this.write(facts(), message);
  }
}
