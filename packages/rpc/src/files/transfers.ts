import type { Principal } from "@countersign/auth";
import type { Hint } from "@countersign/bus";
import type { Settings } from "@countersign/contract";

import { CallError, staleToken, unavailable } from "../procedure/call-error.ts";

import { Transfer } from "./transfer.ts";

/** How long what is asked on account of rows that changed somewhere waits for more of them: longer where many would ask. */
const topicPauseMs = 100;
const topicPausePerTransferMs = 5;

/** All files on their way in and out of this process. */
export class Transfers {
  readonly #running = new Set<Transfer>();
  readonly #settings: Settings;
  /** Since the start: those that were let in, and those that were one too many. */
  readonly counts = { begun: 0, refused: 0 };

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws TOO_MANY_REQUESTS when this user has as many as one may have. */
  open(options: { readonly holder: string; readonly principal: Principal | null; recheck(): Promise<void> }): Transfer {
    const { LEASE_SECONDS, MAX_TRANSFERS_PER_USER, TRANSFER_SECONDS } = this.#settings;
    const held = [...this.#running].filter(({ holder }) => holder === options.holder).length;
    if (held >= MAX_TRANSFERS_PER_USER) {
      this.counts.refused += 1;
      throw new CallError("TOO_MANY_REQUESTS", `At most ${MAX_TRANSFERS_PER_USER} files are under way at once.`, {
        reason: "LIMIT_EXCEEDED",
        retryAfterSeconds: 1,
      });
    }
    const transfer: Transfer = new Transfer({
      ...options,
      recheck: () => options.recheck(),
      leaseMs: LEASE_SECONDS * 1000,
      mostMs: TRANSFER_SECONDS * 1000,
      onClose: () => this.#running.delete(transfer),
      timedOut,
    });
    this.#running.add(transfer);
    this.counts.begun += 1;
    return transfer;
  }

  get size(): number {
    return this.#running.size;
  }

  /** What other parts of this process and other replicas tell. */
  handleHint(hint: Hint): void {
    for (const transfer of this.#running) {
      switch (hint.kind) {
        case "sessions-ended":
          if (transfer.sessionId !== null && hint.sessionIds.includes(transfer.sessionId)) transfer.endSession();
          break;
        case "session-rotated":
          if (transfer.sessionId === hint.sessionId) transfer.end(staleToken());
          break;
        case "session":
          if (transfer.sessionId === hint.sessionId) transfer.recheck();
          break;
        case "user":
          if (transfer.userId === hint.userId) transfer.recheck();
          break;
        case "topic":
          // Which rows the right stands on is not known here.
          transfer.recheckAfter(topicPauseMs + this.#running.size * topicPausePerTransferMs);
          break;
        case "gap":
          transfer.recheck();
          break;
      }
    }
  }

  /** The server closes: whatever is still under way ends, and leaves nothing behind. */
  async endAll(): Promise<void> {
    for (const transfer of this.#running) transfer.end(unavailable());
    await Promise.all([...this.#running].map(({ closed }) => closed));
  }

  recheckAll(): void {
    for (const transfer of this.#running) transfer.recheck();
  }
}

/** It took too long, in all or without anything moving. */
export function timedOut(): CallError {
  return new CallError("TIMEOUT", "The file did not come in time. Try again.");
}
