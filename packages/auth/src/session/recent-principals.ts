import type { Bus, Hint } from "@countersign/bus";
import type { ExternalChange, MaybePromise } from "@countersign/db";

import type { Clock } from "../clock.ts";

import type { Principal } from "./principal.ts";
import type { SessionEngine } from "./session-engine.ts";
import { isWithinLimits } from "./session-limits.ts";

export interface RecentPrincipalsOptions {
  readonly sessions: Pick<SessionEngine, "validate">;
  readonly bus: Bus;
  readonly clock: Clock;
  /** How old a reading may be that somebody is let in by; 0: nobody is. */
  readonly longestMs: number;
  readonly capacity?: number;
}

/** Why what is told of changes may not come: nothing is kept meanwhile. */
export type Doubt = "changes" | "lease";

interface Kept {
  readonly principal: Principal;
  /** When its reading began, by `performance.now`. */
  readonly readAt: number;
}

/** How old a reading may be by which an answer leaves that has been let in by one of its own. */
export const answerMs = 25;
const defaultCapacity = 20_000;
/** A process that stood still for longer than this may have been told things that it has not looked at yet. */
const stoodStillMs = 500;
const tickMs = 100;

/**
 * Principals as they were read a moment ago: for calls that need not ask the database each (SESSION_CHECK=cached), and, wherever
 * asking is a round trip, for answers that leave right after their call was let in.
 *
 * One is used until `longestMs` (`answerMs`) after its reading *began*, however often it is used, and never past the session's own limits.
 * It is forgotten as soon as a change of its user or session is told, by this process, another replica or the database
 * itself. While nothing may be told (no bus, no notices, a lease that could not be renewed), or just after the process stood
 * still, nothing is kept and each call reads.
 */
export class RecentPrincipals {
  /** How many were answered without a reading, and how many with one. */
  readonly counts = { recalled: 0, read: 0 };
  readonly #options: RecentPrincipalsOptions;
  /** By the token's hash, the one that was kept longest ago first. */
  readonly #kept = new Map<string, Kept>();
  /** Which of them stand on a user or a session, by its id. */
  readonly #hashesOf = new Map<string, Set<string>>();
  /** While something is being read: whose change was told, and at which count. */
  readonly #told = new Map<string, number>();
  /** Rises with each change that is told. */
  #count = 0;
  #allToldAt = 0;
  #reading = 0;
  // Nobody listens before `start` and the notices of the database.
  readonly #doubts = new Set<Doubt>(["changes"]);
  #tick: { readonly at: number; readonly clock: number };

  constructor(options: RecentPrincipalsOptions) {
    this.#options = options;
    this.#tick = this.#now();
  }

  /** Begins to listen to the bus. Returns the way to stop. */
  start(): () => void {
    const unsubscribe = this.#options.bus.subscribe((hint) => this.#handleHint(hint));
    this.#tick = this.#now();
    const timer = setInterval(() => this.#noteStandstill(), tickMs).unref();
    return () => {
      clearInterval(timer);
      unsubscribe();
      this.doubt("changes");
    };
  }

  /**
   * Who holds this token, as `SessionEngine.validate` says it or said it at most `longestMs` ago.
   *
   * @throws DatabaseUnavailable when it must be read
   */
  validate(tokenHash: string): MaybePromise<Principal | null> {
    const principal = this.#find(tokenHash, this.#options.longestMs);
    if (principal === null) return this.read(tokenHash);
    this.counts.recalled += 1;
    return principal;
  }

  /**
   * Reads who holds this token, whatever is kept; what is read is kept.
   *
   * @throws DatabaseUnavailable
   */
  read(tokenHash: string): Promise<Principal | null> {
    this.counts.read += 1;
    return this.#read(tokenHash);
  }

  /**
   * Who holds this token, for an answer that is about to leave: as it was read at most `answerMs` ago with nothing told since,
   * else read anew. `isRecalled`: the call itself was let in by `validate`, so its answer may stand on as old a reading.
   *
   * @throws DatabaseUnavailable when it must be read
   */
  confirm(tokenHash: string, isRecalled: boolean): MaybePromise<Principal | null> {
    return this.#find(tokenHash, isRecalled ? this.#options.longestMs : answerMs) ?? this.#read(tokenHash);
  }

  /** From now on changes may go untold. */
  doubt(why: Doubt): void {
    this.#doubts.add(why);
    this.#forgetAll();
  }

  /** They are told again. What was read in between is read anew. */
  trust(why: Doubt): void {
    if (this.#doubts.delete(why)) this.#forgetAll();
  }

  /** What the database tells, by whomever it was changed. */
  handleExternalChange(change: ExternalChange): void {
    if (change.kind === "user" || change.kind === "session") return this.#forget(change.id);
    if (change.kind === "rows") return;
    this.#forgetAll();
    // Told first of all when the notices were away and have come back.
    this.trust("changes");
  }

  #handleHint(hint: Hint): void {
    switch (hint.kind) {
      case "sessions-ended":
        for (const id of hint.sessionIds) this.#forget(id);
        return;
      case "session":
      case "session-rotated":
        return this.#forget(hint.sessionId);
      case "user":
        return this.#forget(hint.userId);
      case "gap":
        return this.#forgetAll();
      case "topic":
        return;
    }
  }

  #find(tokenHash: string, longestMs: number): Principal | null {
    // First, since it may forget.
    if (!this.#isTold()) return null;
    const kept = this.#kept.get(tokenHash);
    if (kept === undefined) return null;
    if (ageOf(kept) < longestMs && isWithinLimits(kept.principal.session, this.#options.clock.now()))
      return kept.principal;
    return null;
  }

  async #read(tokenHash: string): Promise<Principal | null> {
    const begunAt = this.#count;
    const readAt = performance.now();
    this.#reading += 1;
    try {
      const principal = await this.#options.sessions.validate(tokenHash);
      // What was told while it was read may be newer than what was read.
      if (principal !== null && this.#isTold() && !this.#wasTold(principal, begunAt)) {
        this.#keep(tokenHash, { principal, readAt });
      }
      return principal;
    } finally {
      this.#reading -= 1;
      if (this.#reading === 0) this.#told.clear();
    }
  }

  #wasTold({ user, session }: Principal, since: number): boolean {
    if (this.#allToldAt > since) return true;
    return (this.#told.get(user.id) ?? 0) > since || (this.#told.get(session.id) ?? 0) > since;
  }

  /** Is every change told just now? */
  #isTold(): boolean {
    this.#noteStandstill();
    if (this.#doubts.size > 0) return false;
    if (this.#options.bus.isConnected) return true;
    this.#forgetAll();
    return false;
  }

  /** Can it still be of use to anybody? */
  #isYoung(kept: Kept): boolean {
    return ageOf(kept) < Math.max(this.#options.longestMs, answerMs);
  }

  #keep(tokenHash: string, kept: Kept): void {
    this.#drop(tokenHash);
    this.#kept.set(tokenHash, kept);
    for (const id of idsOf(kept)) {
      const hashes = this.#hashesOf.get(id);
      if (hashes) hashes.add(tokenHash);
      else this.#hashesOf.set(id, new Set([tokenHash]));
    }
    // Those kept first are the first to be too old anyway.
    for (const [oldest, each] of this.#kept) {
      if (this.#kept.size <= (this.#options.capacity ?? defaultCapacity) && this.#isYoung(each)) return;
      this.#drop(oldest);
    }
  }

  #drop(tokenHash: string): void {
    const kept = this.#kept.get(tokenHash);
    if (!kept) return;
    this.#kept.delete(tokenHash);
    for (const id of idsOf(kept)) {
      const hashes = this.#hashesOf.get(id);
      hashes?.delete(tokenHash);
      if (hashes?.size === 0) this.#hashesOf.delete(id);
    }
  }

  #forget(id: string): void {
    this.#count += 1;
    if (this.#reading > 0) this.#told.set(id, this.#count);
    if (this.#told.size > (this.#options.capacity ?? defaultCapacity)) return this.#forgetAll();
    for (const tokenHash of this.#hashesOf.get(id) ?? []) this.#drop(tokenHash);
  }

  #forgetAll(): void {
    this.#count += 1;
    this.#allToldAt = this.#count;
    this.#told.clear();
    this.#kept.clear();
    this.#hashesOf.clear();
  }

  /**
   * A process that was stopped, or whose clock jumped, has missed nothing for good: what it was told waits to be read. Until it
   * has been, nothing from before is used.
   */
  #noteStandstill(): void {
    const now = this.#now();
    const stood = Math.max(now.at - this.#tick.at, Math.abs(now.clock - this.#tick.clock));
    if (stood >= stoodStillMs) this.#forgetAll();
    else if (stood < tickMs) return;
    this.#tick = now;
  }

  #now(): { readonly at: number; readonly clock: number } {
    return { at: performance.now(), clock: this.#options.clock.now() };
  }
}

function ageOf({ readAt }: Kept): number {
  return performance.now() - readAt;
}

function idsOf({ principal: { user, session } }: Kept): readonly [string, string] {
  return [user.id, session.id];
}
