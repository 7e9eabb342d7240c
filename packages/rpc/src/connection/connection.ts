import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";

import type { RawData } from "ws";

import type { Principal } from "@countersign/auth";
import { CloseCode, drainedReason, type SessionEndReason } from "@countersign/contract";

import type { Caller } from "../procedure/call-context.ts";
import type { Services } from "../services.ts";

import { Backlog, lowWaterBytes } from "./backlog.ts";
import type { GuardedSocket } from "./guarded-socket.ts";
import { createSocketBuckets } from "./rate-limits.ts";
import type { RequestFacts } from "./request-facts.ts";

/** How long a close frame waits for its reason at most. */
const explainMs = 500;

/**
 * One open socket: the facts of its upgrade, and whether it is dead. It knows which session it was opened with, so that
 * the end of that session finds it; it never says who is calling: every call reads that anew.
 */
export class Connection implements Caller {
  readonly id = randomUUID();
  readonly requestId = null;
  readonly reply = null;
  readonly fileCall = null;
  readonly bindings: readonly string[] = [];
  readonly socket: GuardedSocket;
  readonly services: Services;
  readonly request: RequestFacts;
  readonly tokenHash: string | null;
  readonly visitorHash: string | null;
  readonly openedAt: number;
  readonly addressKey: string;
  sessionId: string | null = null;
  userId: string | null = null;
  /** As last read; for showing only. */
  username: string | null = null;
  /** When the session ends by itself, in milliseconds since the epoch, as last read. */
  expiresAt = Number.POSITIVE_INFINITY;
  lastHeardAt: number;
  /** How many subscriptions run. */
  subscriptions = 0;
  #isSuperseded = false;
  #replaced: Promise<boolean> | null = null;
  #isLeaving = false;
  #running = 0;
  readonly #ran: Disposable = { [Symbol.dispose]: () => void (this.#running -= 1) };
  #version = 0;
  #isDead = false;
  #badFrames = 0;
  readonly #backlog: Backlog;
  readonly #buckets: ReturnType<typeof createSocketBuckets>;

  constructor(options: {
    readonly socket: GuardedSocket;
    readonly tcp: Socket;
    readonly services: Services;
    readonly request: RequestFacts;
    readonly tokenHash: string | null;
    readonly visitorHash: string | null;
    readonly addressKey: string;
  }) {
    this.socket = options.socket;
    this.services = options.services;
    this.request = options.request;
    this.tokenHash = options.tokenHash;
    this.visitorHash = options.visitorHash;
    this.addressKey = options.addressKey;
    const { settings } = this.services;
    this.#backlog = new Backlog({
      tcp: options.tcp,
      unread: () => this.socket.bufferedAmount,
      patienceMs: settings.SLOW_READER_SECONDS * 1000,
      onStalled: () => this.#cut(),
    });
    const now = performance.now();
    this.openedAt = now;
    this.lastHeardAt = now;
    this.#buckets = createSocketBuckets(settings, now);
  }

  get connection(): this {
    return this;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** See `supersede`. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  /** Whose limits it shares with other sockets: the user's, or those of an address for nobody. */
  get #limitKey(): string {
    return this.userId ?? this.addressKey;
  }

  /** How many queries and mutations are being answered. */
  get running(): number {
    return this.#running;
  }

  /** Counts a call while it runs: until what is returned is disposed of. */
  run(): Disposable {
    this.#running += 1;
    return this.#ran;
  }

  /** Does it take no new calls any more? What it refuses was not executed. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Remembers which session this socket stands on, as far as closing it in time needs to know. Returns whether it changed since. */
  stand({ user, session }: Principal): boolean {
    const version = user.version + session.version;
    const hasChanged = this.#version !== version;
    this.#version = version;
    this.sessionId = session.id;
    this.userId = user.id;
    this.username = user.username;
    this.expiresAt = Math.min(session.expiresAt.getTime(), session.absoluteExpiresAt.getTime());
    if (hasChanged) this.services.connections.noteChange();
    return hasChanged;
  }

  /** May this message be read at all? Called for every frame, before it is parsed. */
  admitMessage(data: RawData): boolean {
    if (this.#isDead) return false;
    this.lastHeardAt = performance.now();
    // "PING" and "PONG" pay here; calls pay one by one when they have been counted.
    const isHeartbeat = "length" in data && data.length <= 4;
    return !isHeartbeat || this.admitHeartbeat();
  }

  /** Counts a heartbeat of either kind: text, or a ping or pong frame of the protocol. */
  admitHeartbeat(): boolean {
    this.lastHeardAt = performance.now();
    return this.#countFrames(1);
  }

  /** Counts the calls of one message, known or unknown. Beyond the bound for frames the socket is closed. */
  countCalls(count: number): void {
    this.#countFrames(count);
  }

  /**
   * May this socket make one more call, and its user over all sockets? Not too often, and not while it leaves a heap of answers
   * unread. Whose socket it is never changes, so that nothing has to be read for a refusal.
   */
  admitCall(): boolean {
    const { settings, rateLimits } = this.services;
    if (this.socket.bufferedAmount >= settings.MAX_BUFFERED_BYTES / 4) return false;
    const now = performance.now();
    return this.#buckets.calls.take(1, now) && rateLimits.admit(this.#limitKey, now);
  }

  /** Counts as any other, beside its own limit: one who comes back and sends more floods all the same. */
  noteBadFrame(): void {
    this.#badFrames += 1;
    if (!this.#countFrames(1)) return;
    if (this.#badFrames > this.services.settings.BAD_FRAMES) this.close(1008, "too many malformed messages");
  }

  /** Looks at the peer's backlog after a frame was written: beyond the limit, or taking nothing, it is cut. */
  noteWrite(): void {
    this.services.traffic.framesSent += 1;
    if (this.socket.bufferedAmount > this.services.settings.MAX_BUFFERED_BYTES) this.#cut();
    else this.#backlog.note();
  }

  /** Has the peer read what was sent, but for a little? Whoever pushes waits until it has. */
  get hasCaughtUp(): boolean {
    return this.socket.bufferedAmount <= lowWaterBytes;
  }

  /** Resolves when the peer has caught up, or is gone. */
  caughtUp(): Promise<void> {
    return this.#backlog.drained();
  }

  /** Ends the connection because its session ended: dead at once, then closed, then terminated. */
  end(reason: SessionEndReason): void {
    if (this.#isDead) return;
    this.close(CloseCode.sessionEnded, reason);
    this.services.meter?.socketEnded(reason, this.sessionId, true);
  }

  /**
   * The session is not found by this socket's token any more, and nobody said why. Where it has another token, the client is
   * asked to come with that; else the connection ends: dead, then closed when the reason is known. Nothing is shown meanwhile:
   * whatever is asked or pushed is checked by that very token.
   */
  endLost(): void {
    if (this.#isDead || this.isSuperseded) return;
    if (this.expiresAt <= this.services.clock.now()) {
      this.#die();
      return this.#endFound("expired");
    }
    void this.#endUnlessReplaced();
  }

  /** Does the session go on under another token? Then the client is asked to come with that. What nobody can say is no. */
  findReplaced(): Promise<boolean> {
    return (this.#replaced ??= this.#askReplaced());
  }

  /** The session has another token: calls are refused until the client has reconnected with it. */
  supersede(): void {
    if (this.#isDead || this.isSuperseded) return;
    this.#isSuperseded = true;
    this.requestReconnect();
    // Long enough to answer what is under way, and for the browser to have stored the new cookie.
    setTimeout(() => this.end("replaced"), 10_000).unref();
  }

  /** Asks the client to open a new socket (with the cookie it has then) and move over without losing calls. */
  requestReconnect(): void {
    this.socket.send('{"id":null,"method":"reconnect"}');
  }

  /** Dead first, so that nothing in flight is executed or sent; then the close frame. */
  close(code: number, reason: string): void {
    if (this.#isDead) return;
    this.#die();
    this.socket.end(code, reason);
  }

  /** Refuses new calls from now on, unexecuted: the client sends them again on its next socket. */
  takeNoMore(): void {
    this.#isLeaving = true;
  }

  /**
   * Closes a socket on which all that was begun has been answered, behind those answers. It promises the client that what it
   * got no answer to was not executed: nothing may run any more (`running`), and what ended has been written.
   */
  closeDrained(): void {
    if (this.#isDead) return;
    this.#die();
    this.socket.part(CloseCode.restart, drainedReason);
  }

  /** The same when there is no time left: what is under way may still be carried out, and nobody will hear of it. */
  closeForRestart(): void {
    this.close(CloseCode.restart, "restart");
  }

  /** The socket is gone. */
  closed(): void {
    this.#isDead = true;
    this.#backlog.stop();
    this.services.connections.remove(this);
  }

  #die(): void {
    this.#isDead = true;
    this.services.connections.remove(this);
  }

  #endFound(reason: SessionEndReason): void {
    this.socket.end(CloseCode.sessionEnded, reason);
    this.services.meter?.socketEnded(reason, this.sessionId, false);
  }

  async #endUnlessReplaced(): Promise<void> {
    if ((await this.findReplaced()) || this.#isDead) return;
    this.#die();
    this.#endFound(await this.#explainEnd());
  }

  /** Never rejects, and never takes long: the end waits for it. */
  async #askReplaced(): Promise<boolean> {
    if (this.#isSuperseded) return true;
    if (this.tokenHash === null) return false;
    const why = await soon(this.services.auth.sessions.explainToken(this.tokenHash), "unknown");
    if (why === "replaced") this.supersede();
    return this.#isSuperseded;
  }

  /** Never rejects, and never takes long: the close frame waits for it. */
  #explainEnd(): Promise<SessionEndReason> {
    if (this.userId === null) return Promise.resolve("ended");
    return soon<SessionEndReason>(this.services.auth.sessions.explainEnd(this.userId), "ended");
  }

  /**
   * So many of one socket, and so many of its user over all sockets: what is beyond closes the socket that brings it. One that is
   * closed has said all it has to say: what still comes over it is not its user's any more.
   */
  #countFrames(count: number): boolean {
    if (this.#isDead) return false;
    const now = this.lastHeardAt;
    if (this.#buckets.frames.take(count, now) && this.services.frameLimits.admit(this.#limitKey, now, count))
      return true;
    this.#flooding();
    return false;
  }

  #flooding(): void {
    const { traffic, floodDoors, refusalLog } = this.services;
    traffic.floodsCut += 1;
    const now = performance.now();
    floodDoors.shut(this.#limitKey, now);
    if (this.tokenHash !== null) floodDoors.shut(this.tokenHash, now);
    refusalLog.write({ connection: this.id, ip: this.request.ip }, "A socket floods and is closed");
    this.close(CloseCode.flooding, "too many messages");
  }

  #cut(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.services.traffic.slowReadersCut += 1;
    this.services.refusalLog.write({ connection: this.id, ip: this.request.ip }, "A reader is too slow and is cut");
    this.services.connections.remove(this);
    this.socket.cut();
  }
}

/** The answer, or this where none comes in time. */
function soon<Answer>(asked: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  const late = new Promise<Answer>((resolve) => setTimeout(resolve, explainMs, otherwise).unref());
  return Promise.race([asked.catch(() => otherwise), late]);
}
