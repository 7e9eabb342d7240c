import type { SessionEndReason } from "@countersign/contract";

import type { Lease } from "../revocation/lease.ts";
import type { Services } from "../services.ts";

export const metricsPath = "/metrics";

/** What became of a request for a socket: let in, or why not. */
export type UpgradeOutcome =
  | "accepted"
  | "failed"
  | "handshake"
  | "address"
  | "busy"
  | "connectionParams"
  | "connections"
  | "draining"
  | "flooding"
  | "host"
  | "memory"
  | "origin"
  | "path"
  | "session"
  | "target"
  | "user";

/**
 * Hears of what happens, as it happens. Where nobody measures there is none, and nothing is paid. What can be asked for at any
 * time (how many are connected, how much waits) is not told: whoever measures reads it.
 */
export interface Meter {
  /** A call of a procedure of the router has been answered. `code` is `OK` or tRPC's name of the error. */
  called(procedure: string, code: string, seconds: number): void;
  /** A call was for a procedure that there is not, or could not be read. */
  unknownCall(code: string): void;
  /** A session has been read anew, by the database or by what the database says of it. */
  validated(seconds: number): void;
  upgraded(outcome: UpgradeOutcome): void;
  /** A socket was closed because its session ended; `isTold`: somebody told this process, it did not find out by itself. */
  socketEnded(reason: SessionEndReason, sessionId: string | null, isTold: boolean): void;
  /**
   * These sessions are over, by the word of whoever ended them at that time, and their sockets here are closed: so many by
   * this word, the others before it.
   */
  sessionsEnded(sessionIds: readonly string[], publishedAt: number | null, closed: number): void;
  /** A user, or what the user may do, changed at that time; now all that this replica shows the user has been read again. */
  userShown(publishedAt: number | null): void;
  roundEnded(seconds: number): void;
  leaseRenewed(isConfirmed: boolean): void;
}

/** What a server measures of itself, in the words of a monitoring system. One for each app. */
export interface Metrics {
  /** The app begins: what is to be heard goes to the meter, the rest is read from it. */
  begin(app: MeasuredApp): Meter;
  /** What was measured, as text. */
  read(): Promise<{ readonly text: string; readonly contentType: string }>;
}

export interface MeasuredApp {
  readonly services: () => Services;
  /** The paths of the router: no others are measured by name. */
  readonly procedures: readonly string[];
  /** Null before the app listens. */
  readonly lease: () => Lease | null;
}
