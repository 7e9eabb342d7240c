/**
 * What replicas tell each other: hints that something may have changed, never data. A hint that is lost costs one lease
 * interval, never correctness.
 */
export type Hint =
  /** These sessions are over: mark their connections dead before anything is read. */
  | { readonly kind: "sessions-ended"; readonly sessionIds: readonly string[]; readonly reason: string }
  /** The session's token was replaced: its sockets should reconnect with the new cookie. */
  | { readonly kind: "session-rotated"; readonly sessionId: string }
  /** The session's own state (expiry, authentication time, data) may have changed. */
  | { readonly kind: "session"; readonly sessionId: string }
  /** The user, or what the user may do, may have changed. */
  | { readonly kind: "user"; readonly userId: string }
  /** Rows under this topic may have changed, as in `notes:<owner id>`. */
  | { readonly kind: "topic"; readonly topic: string }
  /** Hints may have been lost: everything should be read again. */
  | { readonly kind: "gap" };

export interface Bus {
  /** Tells all replicas, this one included. Never throws and never waits: what cannot be delivered is a gap later. */
  publish(hint: Hint): void;
  /** Calls back for each hint, from whichever replica. Returns the way to stop. */
  subscribe(onHint: OnHint): () => void;
  /** Do hints reach other replicas just now? Without that, they learn of changes by the lease. */
  readonly isConnected: boolean;
  /** What it has carried since it was made. */
  readonly counts: Readonly<BusCounts>;
  close(): Promise<void>;
}

/**
 * `publishedAt`: when it was published, in milliseconds since the epoch by the clock of the replica that did so; null when that
 * is not known. For measuring only: clocks of two machines differ.
 */
export type OnHint = (hint: Hint, publishedAt: number | null) => void;

export interface BusCounts {
  /** Hints of this process. */
  published: number;
  /** Hints of other replicas. */
  received: number;
  /** How often hints of others may have been missed: each time it connected. */
  gaps: number;
}
