import { AsyncLocalStorage } from "node:async_hooks";

import { TRPCError } from "@trpc/server";

import type { Clock, Principal, SessionEngine } from "@countersign/auth";
import type { Rule, Settings } from "@countersign/contract";
import { DatabaseUnavailable, type TurnQueue } from "@countersign/db";

import type { Connection } from "../connection/connection.ts";
import type { WatchRounds } from "../observe/watch-rounds.ts";
import { CallError } from "../procedure/call-error.ts";
import { checkRule } from "../procedure/check-rule.ts";
import type { Log } from "../services.ts";

import { DearReadings } from "./dear-readings.ts";
import { Pace } from "./pace.ts";
import { Round } from "./round.ts";

/** Someone who is shown present state, and is told anew whenever it may have changed. */
export interface Watcher {
  readonly connection: Connection;
  readonly rule: Rule;
  /** Changed through `LiveHub.listen` only, once it watches. */
  topics: readonly string[];
  /** Reads the present state and sends it if it is news. Called with a principal that passes the rule. */
  update(principal: Principal | null, round: Round): void | Promise<void>;
  /** The right is gone, or the state cannot be read. */
  fail(error: TRPCError): void;
}

/** Watchers who are to have been told in a turn later than `since`. */
interface Awaited {
  readonly watchers: Set<Watcher>;
  readonly since: number;
  readonly done: () => void;
}

/** How often to see whether a reader with a backlog has caught up; it then gets the newest state. */
const blockedRetryMs = 50;
const unavailableRetryMs = 500;
/** So many turns may be under way: while the watchers of one wait for the database, the next ones ask. */
const turnsAtOnce = 4;
/** How long `touchLater` gathers: at least this, and so many times as long as telling takes. */
const laterMs = 250;
const restFactor = 10;
const longestLaterMs = 10_000;
/**
 * Wakes watchers. A touch makes a topic's watchers due; a burst of touches is one wake-up; what is sent is the state as
 * it is then. Before anything is read or sent, the watcher's session and right are checked again.
 */
export class LiveHub {
  readonly #sessions: SessionEngine;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byTopic = new Map<string, Set<Watcher>>();
  readonly #byConnection = new Map<Connection, Set<Watcher>>();
  readonly #running = new Set<Watcher>();
  readonly #laterTopics = new Set<string>();
  readonly #slowMs = new WeakMap<Watcher, number>();
  readonly #pace = new Pace();
  readonly #readings: DearReadings;
  /** Those of the next round. */
  #due = new Set<Watcher>();
  /** Those of the present round that have not had their turn. */
  #left = new Set<Watcher>();
  /** Those that are being told, and have been touched since that began. */
  readonly #again = new Set<Watcher>();
  #round: Round;
  #isScheduled = false;
  readonly #runOutside = AsyncLocalStorage.snapshot();
  readonly #watchRounds: WatchRounds | null;
  /** Who waits until a watcher has been told. */
  readonly #awaitedBy = new Map<Watcher, Awaited[]>();
  #turns = 0;
  /** What there was to do since the start. */
  readonly counts = { rounds: 0, told: 0 };

  constructor(options: {
    readonly sessions: SessionEngine;
    readonly settings: Settings;
    readonly clock: Clock;
    readonly log: Log;
    /** Of the readings of lists. */
    readonly turns: TurnQueue;
    readonly watchRounds?: WatchRounds | null;
  }) {
    this.#watchRounds = options.watchRounds ?? null;
    this.#sessions = options.sessions;
    this.#settings = options.settings;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#round = new Round(this.#sessions);
    const wake = (watcher: Watcher) => this.#isWatching(watcher) && this.#makeDue(watcher);
    this.#readings = new DearReadings({ turns: options.turns, wake });
  }

  /**
   * True when what the watcher would read takes long, and it is not its turn yet: it is told again when it is. Who is told
   * false reads now. For readings of what the watcher may see already: what may be seen by nobody any more does not wait.
   */
  putOff(watcher: Watcher): boolean {
    return this.#readings.putOff(watcher);
  }

  /** Reads for the watcher, and for those who share it, in turn with the readings of others. */
  read<Value>(watcher: Watcher, read: () => Promise<Value>): Promise<Value> {
    return this.#readings.read(watcher, read);
  }

  /** How many watch. */
  get size(): number {
    let size = 0;
    for (const watchers of this.#byConnection.values()) size += watchers.size;
    return size;
  }

  /** Starts watching; the first update follows at once. Subscribed first, then read: no change falls between. */
  add(watcher: Watcher): () => void {
    for (const topic of watcher.topics) addTo(this.#byTopic, topic, watcher);
    addTo(this.#byConnection, watcher.connection, watcher);
    this.#makeDue(watcher);
    return () => this.#remove(watcher);
  }

  /**
   * From now on the watcher is told of these topics. True when there is one among them that it was not told of before: what
   * had been read by then may have changed unheard.
   */
  listen(watcher: Watcher, topics: readonly string[]): boolean {
    if (!this.#isWatching(watcher)) return false;
    const before = new Set(watcher.topics);
    const after = new Set(topics);
    for (const topic of before.difference(after)) removeFrom(this.#byTopic, topic, watcher);
    const added = after.difference(before);
    for (const topic of added) addTo(this.#byTopic, topic, watcher);
    watcher.topics = [...after];
    return added.size > 0;
  }

  touch(topic: string): void {
    for (const watcher of this.#byTopic.get(topic) ?? []) this.#makeDue(watcher);
  }

  /**
   * The same for what changes all the time: told within a moment, and at most once in it. The moment is longer where it takes
   * long to tell, so that it never takes more than a part of the time there is.
   */
  touchLater(topic: string): void {
    const watchers = this.#byTopic.get(topic);
    if (this.#laterTopics.has(topic) || watchers === undefined) return;
    const slowestMs = Math.max(...Array.from(watchers, (watcher) => this.#slowMs.get(watcher) ?? 0));
    const delayMs = Math.min(Math.max(laterMs, slowestMs * restFactor), longestLaterMs);
    this.#laterTopics.add(topic);
    setTimeout(() => {
      this.#laterTopics.delete(topic);
      this.touch(topic);
    }, delayMs).unref();
  }

  /** All a connection watches is due: who is behind it, or what that user may see, may have changed. */
  touchConnection(connection: Connection): void {
    for (const watcher of this.#byConnection.get(connection) ?? []) this.#makeDue(watcher);
  }

  /** Calls back when all that these connections watch now has been told from here on, or is watched no more. */
  whenTold(connections: readonly Connection[], done: () => void): void {
    const watchers = new Set(connections.flatMap((connection) => [...(this.#byConnection.get(connection) ?? [])]));
    if (watchers.size === 0) return done();
    const awaited = { watchers, since: this.#turns, done };
    for (const watcher of watchers) this.#awaitedBy.set(watcher, [...(this.#awaitedBy.get(watcher) ?? []), awaited]);
  }

  touchAll(): void {
    for (const watchers of this.#byConnection.values()) for (const watcher of watchers) this.#makeDue(watcher);
  }

  #remove(watcher: Watcher): void {
    for (const topic of watcher.topics) removeFrom(this.#byTopic, topic, watcher);
    removeFrom(this.#byConnection, watcher.connection, watcher);
    this.#due.delete(watcher);
    this.#left.delete(watcher);
    this.#again.delete(watcher);
    this.#noteTold(watcher, Number.POSITIVE_INFINITY);
  }

  #isWatching(watcher: Watcher): boolean {
    return this.#byConnection.get(watcher.connection)?.has(watcher) ?? false;
  }

  #makeDue(watcher: Watcher): void {
    this.#due.add(watcher);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Whatever call has brought it about: this is not for it. It has neither its patience nor its caller.
    setImmediate(() => this.#runOutside(() => this.#turn()));
  }

  /**
   * Tells the next ones of this round, or the first ones of the next. Who is touched during a round keeps the place in it and
   * is due again: so everybody has a turn, however often lists are touched.
   */
  #turn(): void {
    this.#isScheduled = false;
    if (this.#left.size === 0) this.#beginRound();
    this.#round.beginTurn();
    const begun: Watcher[] = [];
    const { limit } = this.#pace;
    const room = Math.min(limit, limit * turnsAtOnce - this.#running.size);
    for (const watcher of this.#left) {
      if (begun.length >= room) break;
      // Taken out before anything is read, so that a touch during the read is not lost.
      this.#left.delete(watcher);
      // One that is being told already is told again when it is done.
      if (this.#running.has(watcher)) {
        this.#again.add(watcher);
        continue;
      }
      this.#running.add(watcher);
      begun.push(watcher);
    }
    const told = this.#pace.begin(begun.length);
    const round = this.#round;
    round.running += begun.length;
    round.run(() => {
      for (const watcher of begun) void this.#tell(watcher, round, told);
    });
    // The rest of this round follow in another turn, as soon as there is room: calls are answered in between.
    const canGoOn = this.#left.size > 0 ? this.#running.size < limit * turnsAtOnce : this.#due.size > 0;
    if (canGoOn) this.#schedule();
  }

  #beginRound(): void {
    if (this.#round.running === 0) this.#round.end();
    this.#left = this.#due;
    this.#due = new Set();
    this.counts.rounds += 1;
    this.#round = new Round(this.#sessions, this.#watchRounds?.(this.#left.size));
  }

  /** Never rejects. */
  async #tell(watcher: Watcher, round: Round, told: () => void): Promise<void> {
    let retryMs: number | null = null;
    const turn = ++this.#turns;
    try {
      if (watcher.connection.isDead || watcher.connection.hasCaughtUp) await this.#update(watcher, round);
      else retryMs = blockedRetryMs;
    } catch (error) {
      retryMs = this.#handleFailure(watcher, error);
    }
    told();
    round.running -= 1;
    if (round.running === 0 && (round !== this.#round || this.#left.size === 0)) round.end();
    if (retryMs === null) {
      this.counts.told += 1;
      this.#noteTold(watcher, turn);
    }
    this.#running.delete(watcher);
    const wasTouched = this.#again.delete(watcher);
    // Not in this round: what it has read may be older than what the watcher was shown just now.
    const hasPlace = this.#left.delete(watcher);
    if (this.#left.size > 0) this.#schedule();
    if (!this.#isWatching(watcher)) return;
    if (retryMs !== null) setTimeout(() => this.#isWatching(watcher) && this.#makeDue(watcher), retryMs).unref();
    else if (wasTouched || hasPlace) this.#makeDue(watcher);
  }

  async #update(watcher: Watcher, round: Round): Promise<void> {
    const { connection, rule } = watcher;
    if (connection.isDead || !this.#isWatching(watcher)) return;
    const principal = connection.tokenHash === null ? null : await round.principal(connection.tokenHash);
    if (connection.isDead || connection.isSuperseded) return;
    if (principal === null && connection.tokenHash !== null) return connection.endLost();
    const refusal = checkRule(rule, principal, this.#clock.now(), this.#settings.SESSION_FRESH_SECONDS);
    if (refusal) return watcher.fail(refusal);

    const begun = performance.now();
    const updating = watcher.update(principal, round);
    if (updating) await updating;
    this.#noteDuration(watcher, performance.now() - begun);
  }

  /** Those who waited for a turn that began after they did have what they wait for. */
  #noteTold(watcher: Watcher, turn: number): void {
    const waiting = this.#awaitedBy.get(watcher);
    if (waiting === undefined) return;
    const left = waiting.filter(({ since }) => turn <= since);
    if (left.length > 0) this.#awaitedBy.set(watcher, left);
    else this.#awaitedBy.delete(watcher);
    for (const { since, watchers, done } of waiting) {
      if (turn > since && watchers.delete(watcher) && watchers.size === 0) done();
    }
  }

  /** Only of the slow ones is it kept: those whose time makes a difference to `touchLater`. */
  #noteDuration(watcher: Watcher, tookMs: number): void {
    if (tookMs * restFactor > laterMs) this.#slowMs.set(watcher, tookMs);
    else this.#slowMs.delete(watcher);
  }

  #handleFailure(watcher: Watcher, error: unknown): number | null {
    if (error instanceof DatabaseUnavailable) return unavailableRetryMs;
    if (error instanceof CallError) {
      // Meant for the client: no defect of the server's.
      watcher.fail(error);
      return null;
    }
    this.#log.error({ err: error, connection: watcher.connection.id }, "A live view could not be read");
    watcher.fail(error instanceof TRPCError ? error : new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error }));
    return null;
  }
}

function addTo<Key>(index: Map<Key, Set<Watcher>>, key: Key, watcher: Watcher): void {
  const set = index.get(key);
  if (set) set.add(watcher);
  else index.set(key, new Set([watcher]));
}

function removeFrom<Key>(index: Map<Key, Set<Watcher>>, key: Key, watcher: Watcher): void {
  const set = index.get(key);
  set?.delete(watcher);
  if (set?.size === 0) index.delete(key);
}
