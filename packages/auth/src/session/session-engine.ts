import type { SessionEndReason } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { Principal, Session } from "./principal.ts";

/**
 * For whom a validation waits, to be asked together with them: for those who ask in the same turn of the event loop; or, of an
 * answer that is ready, for those who ask before the event loop goes on (`tick`), where asking does not leave the process.
 */
export type Wait = "turn" | "tick";

/** Facts of the request a session begins with. */
export interface SessionOrigin {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface SessionCounts {
  /** Validations that were asked for. */
  asked: number;
  /** Sessions that were read for them. The others were asked together with one that was, or had not changed. */
  read: number;
  /** Statements in which they were read. */
  roundTrips: number;
}

export interface NewSession {
  /** 256 random bits, base64url. Goes into the cookie and nowhere else. */
  readonly token: string;
  readonly session: Session;
}

/** How a session begins, or begins again. */
export type Beginning = SessionOrigin & {
  readonly remember: boolean;
  /**
   * When the user showed who they are; now, when it is left out. Earlier where a provider let them in on a sign-in of yesterday:
   * nothing that asks for a fresh one is allowed by it. Later than now is now.
   */
  readonly authenticatedAt?: Date | undefined;
};

export interface Rotation {
  /** The user has proved again who they are: the authentication time becomes now. */
  readonly reauthenticated?: boolean;
  /**
   * Only if this is still the session's token. Of two rotations of one token the second would otherwise kill the token
   * that the first has just handed to the browser.
   */
  readonly ifTokenHash?: string;
  /** The user has signed in anew: both limits start again, and the session is told apart by these from now on. */
  readonly renewed?: Beginning;
}

/** A row of "my devices". */
export interface DeviceSession extends Session {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * The life of sessions. What implements it (Lucia, today) can be replaced: `session-engine.suite.ts` is the contract.
 * Tokens never reach the database; only their SHA-256, in hex, does.
 */
export interface SessionEngine {
  /**
   * Who holds this token now? Null when there is no such session, it is past its idle or absolute limit, or its user is
   * inactive or gone. Asks the database every time; those asked in the same turn share one round trip, and never join one
   * that had been sent before they asked. An engine may keep what it has read only where it asks the database, for every
   * validation, whether anything was committed since. Does not count as use.
   *
   * @throws DatabaseUnavailable
   */
  validate(tokenHash: string, wait?: Wait): Promise<Principal | null>;
  /** What validating has cost since the start. */
  readonly counts: Readonly<SessionCounts>;
  /**
   * Why a token opens nothing. `expired`: its session is past its limit, and not yet removed. `replaced`: it was a session's
   * until a moment ago, and the browser has the newer one by now, or will. `unknown`: signed out, removed, or never there.
   *
   * @throws DatabaseUnavailable
   */
  explainToken(tokenHash: string): Promise<"expired" | "replaced" | "unknown">;
  /** Writes down that the session is being used, at most once per `SESSION_TOUCH_SECONDS`; moves the idle limit, never beyond the absolute one. Never revives an ended session. Does not wait, and does not throw. */
  touch(principal: Principal): void;
  /** Begins a session. Part of the caller's transaction. Of a user's hundred the one not used for longest ends with it. */
  create(tx: Transaction, options: Beginning & { readonly userId: string }): Promise<NewSession>;
  /**
   * Gives the session a new token; the old one ends with the commit, and the session's sockets are asked to reconnect.
   * Null when the session has ended in the meantime.
   */
  rotate(tx: Transaction, sessionId: string, options?: Rotation): Promise<NewSession | null>;
  /** Ends sessions of one user; after the commit every replica closes their sockets. Returns the handles of those ended. */
  end(
    tx: Transaction,
    which: { readonly userId: string; readonly sessionId?: string; readonly exceptSessionId?: string },
    reason: SessionEndReason,
  ): Promise<readonly string[]>;
  /**
   * Why a session of this user that is no more has ended, as far as the database tells: the user was switched off or
   * deleted, maybe by hand. Sessions that someone switched off still has are ended, so that none comes back with them.
   *
   * @throws DatabaseUnavailable
   */
  explainEnd(userId: string): Promise<Extract<SessionEndReason, "deactivated" | "deleted" | "ended">>;
  /** The user's running sessions, the most recently used first, at most a hundred. */
  list(userId: string): Promise<readonly DeviceSession[]>;
  /** Removes rows past their limit, and those of users who are switched off. Returns how many. */
  prune(): Promise<number>;
}
