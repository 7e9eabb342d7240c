import type { TRPCError } from "@trpc/server";

import type { Principal } from "@countersign/auth";
import { DatabaseUnavailable } from "@countersign/db";

import { unauthorized, unavailable } from "../procedure/call-error.ts";
import { untilLeaseEnds } from "../revocation/lease-end.ts";

/**
 * A file on its way in or out, which takes longer than a call: the right to it is asked again whenever it may have gone, and
 * twice per lease besides. When it has gone, or has not been confirmed for a lease, `signal` is aborted with the refusal.
 */
export class Transfer {
  readonly holder: string;
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly #recheck: () => Promise<void>;
  readonly #leaseMs: number;
  readonly #abort = new AbortController();
  readonly #onClose: () => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #leaseTimer: NodeJS.Timeout;
  readonly #closed = Promise.withResolvers<void>();
  #isDue = false;
  #isAsking = false;
  #isClosed = false;
  #topicTimer: NodeJS.Timeout | null = null;

  constructor(options: {
    /** Whom it counts for: a user's id, or an address. */
    readonly holder: string;
    readonly principal: Principal | null;
    /** Rejects with the refusal when the right has gone. */
    recheck(): Promise<void>;
    readonly leaseMs: number;
    readonly mostMs: number;
    readonly onClose: () => void;
    timedOut(): TRPCError;
  }) {
    this.holder = options.holder;
    this.sessionId = options.principal?.session.id ?? null;
    this.userId = options.principal?.user.id ?? null;
    this.#recheck = () => options.recheck();
    this.#leaseMs = options.leaseMs;
    this.#onClose = options.onClose;
    this.#leaseTimer = this.#endWithLease(performance.now());
    this.#timers = [
      setInterval(() => this.recheck(), options.leaseMs / 2).unref(),
      setTimeout(() => this.end(options.timedOut()), options.mostMs).unref(),
    ];
  }

  /** Resolves when it is over, and tidied up after. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Asks again whether this is still allowed; once more when it is told so while it asks. */
  recheck(): void {
    this.#isDue = true;
    if (!this.#isAsking) void this.#ask();
  }

  /** The same after a moment, and once for all that asks until then. */
  recheckAfter(pauseMs: number): void {
    this.#topicTimer ??= setTimeout(() => {
      this.#topicTimer = null;
      this.recheck();
    }, pauseMs).unref();
  }

  /** The session is told to be over: nothing is asked. */
  endSession(): void {
    this.end(unauthorized());
  }

  end(refusal: TRPCError): void {
    if (!this.signal.aborted) this.#abort.abort(refusal);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#leaseTimer);
    this.#isClosed = true;
    if (this.#topicTimer) clearTimeout(this.#topicTimer);
    this.#onClose();
    this.#closed.resolve();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#isDue && !this.signal.aborted) {
      this.#isDue = false;
      const askedAt = performance.now();
      try {
        await this.#recheck();
        clearTimeout(this.#leaseTimer);
        if (!this.#isClosed) this.#leaseTimer = this.#endWithLease(askedAt);
      } catch (error) {
        this.#refused(error);
      }
    }
    this.#isAsking = false;
  }

  /** Whether the question is answered by then or hangs. */
  #endWithLease(confirmedAt: number): NodeJS.Timeout {
    return setTimeout(() => this.end(unavailable()), untilLeaseEnds(confirmedAt, this.#leaseMs)).unref();
  }

  /** A database that does not answer refuses nothing by itself: the lease decides. */
  #refused(error: unknown): void {
    // The cast: calls throw nothing else.
    const refusal = error as TRPCError;
    if (!(refusal.cause instanceof DatabaseUnavailable) && refusal.code !== "SERVICE_UNAVAILABLE") this.end(refusal);
  }
}
