import type { UserSnapshot } from "@countersign/contract";

import { readOwnMessage } from "./own-message.ts";
import { createSnapshotFeed, type SnapshotFeed } from "./snapshot-feed.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** What a session socket tells the connection it belongs to. */
export interface SocketOwner {
  readonly created: (socket: SessionSocket) => void;
  readonly opened: (socket: SessionSocket) => void;
  /** tRPC's client is done with this one. Is it still needed, because its successor has not said whose it is? */
  readonly keeps: (socket: SessionSocket) => boolean;
  /** The server said who this socket is. */
  readonly identified: (socket: SessionSocket, snapshot: UserSnapshot) => unknown;
  /** Told before any call on the socket fails because of it. */
  readonly closed: (socket: SessionSocket, code: number, reason: string) => unknown;
  readonly report: (problem: string, detail: unknown) => void;
}

export interface SocketTiming {
  /** How long opening may take. */
  readonly openMs: number;
  readonly silenceMs: number;
  readonly answerMs: number;
  /** How long the server may take to answer a hand-over with its reconnect notice. */
  readonly handOverMs: number;
}

const handOverId = "session.handover";
const reconnectNotice = '{"id":null,"method":"reconnect"}';
const abnormalClosure = 1006;

/**
 * The WebSocket that tRPC's client is given. It stands between that client and the real socket, so that
 *
 * - each socket says by itself whose it is: the snapshot subscription is its own first frame, and can never be mixed up
 *   with the one of the socket before it;
 * - frames can be held until that is known: nothing made for one user leaves on the socket of another;
 * - a dead socket is given up at once, without waiting for the peer to agree to close.
 */
export class SessionSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readyState: number = SessionSocket.CONNECTING;
  binaryType: BinaryType = "arraybuffer";
  /** Has the server said whose socket this is? */
  isIdentified = false;

  readonly #socket: WebSocket;
  readonly #owner: SocketOwner;
  readonly #timing: SocketTiming;
  readonly #openTimer: ReturnType<typeof setTimeout>;
  #watchdog: Watchdog | null = null;
  #held: string[] | null = null;
  #isDone = false;
  readonly #feed: SnapshotFeed;
  #handOverTimer: ReturnType<typeof setTimeout> | null = null;
  /** Who sent each PING that is not answered yet: tRPC's client counts its own. */
  readonly #pings: ("watchdog" | "trpc")[] = [];

  constructor(socket: WebSocket, owner: SocketOwner, timing: SocketTiming) {
    super();
    this.#socket = socket;
    this.#owner = owner;
    this.#timing = timing;
    this.#feed = createSnapshotFeed({
      send: (message) => this.#send(message),
      onSnapshot: (snapshot) => this.#identified(snapshot),
      report: owner.report,
    });
    this.#openTimer = setTimeout(() => this.abandon("It did not open in time."), timing.openMs);
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#received(event.data));
    // A close follows. Sockets that are event emitters, as `ws`, throw what nobody listens to.
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", (event) => this.#closed(event.code, event.reason));
    owner.created(this);
  }

  /** Can anything be sent? Not any more once the peer has begun to close. */
  get isOpen(): boolean {
    return this.readyState === SessionSocket.OPEN && this.#socket.readyState === SessionSocket.OPEN;
  }

  get isHolding(): boolean {
    return this.#held !== null;
  }

  /** Keeps tRPC's frames back until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends what was held, and holds no more. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const frame of held) this.#transmit(frame);
  }

  send(frame: string): void {
    if (!this.isOpen) return;
    if (frame === "PING") this.#pings.push("trpc");
    if (this.#held && frame !== "PING" && frame !== "PONG") this.#held.push(frame);
    else this.#transmit(frame);
  }

  close(code?: number): void {
    if (this.readyState >= SessionSocket.CLOSING) return;
    this.#isDone = true;
    if (this.#owner.keeps(this)) return;
    this.readyState = SessionSocket.CLOSING;
    this.#socket.close(code);
  }

  /** Its successor has taken over. */
  letGo(): void {
    if (this.#isDone) this.close();
  }

  /** Its successor is lost; it serves on. */
  stay(): void {
    this.#isDone = false;
  }

  /** Gives the socket up at once: to tRPC's client it is lost now, whatever the network still does with it. */
  abandon(reason: string): void {
    this.#closed(abnormalClosure, reason);
    this.#socket.close();
  }

  /** Drops the socket without a word to anyone. */
  discard(): void {
    this.#end();
    this.#socket.close(1000);
  }

  /** Asks whether the server is still there, and gives up when it does not say so in time. */
  probe(withinMs: number): void {
    this.#watchdog?.probe(withinMs);
  }

  /**
   * Moves to a new socket without losing calls: tRPC's client opens it while this one goes on answering. The server is
   * asked to send its notice, so that it knows; when it does not, the notice is given here.
   */
  handOver(): void {
    if (!this.isOpen || this.#handOverTimer) return;
    this.#handOverTimer = setTimeout(() => this.#giveNotice(), this.#timing.handOverMs);
    this.#send({ id: handOverId, method: "mutation", params: { path: "session.handover" } });
  }

  #opened(): void {
    if (this.readyState !== SessionSocket.CONNECTING) return;
    clearTimeout(this.#openTimer);
    this.readyState = SessionSocket.OPEN;
    this.#watchdog = startWatchdog({
      silenceMs: this.#timing.silenceMs,
      answerMs: this.#timing.answerMs,
      ask: () => {
        this.#pings.push("watchdog");
        this.#transmit("PING");
      },
      onSilent: () => this.abandon("The server went silent."),
    });
    this.#feed.start();
    this.#owner.opened(this);
    this.dispatchEvent(new Event("open"));
  }

  #received(data: unknown): void {
    if (this.readyState === SessionSocket.CLOSED) return;
    this.#watchdog?.heard();
    if (data === "PONG" && this.#pings.shift() === "watchdog") return;
    if (this.#receivedOwn(data)) return;
    if (data === reconnectNotice) this.#clearHandOver();
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** Takes the answers to this socket's own frames; false for all others. */
  #receivedOwn(data: unknown): boolean {
    const message = readOwnMessage(data);
    if (!message) return false;
    if (message.id !== handOverId) return this.#feed.take(message);
    if (message.error) this.#giveNotice();
    return true;
  }

  #identified(snapshot: UserSnapshot): void {
    this.#owner.identified(this, snapshot);
    this.isIdentified = true;
  }

  #giveNotice(): void {
    this.#clearHandOver();
    if (this.isOpen) this.dispatchEvent(new MessageEvent("message", { data: reconnectNotice }));
  }

  #clearHandOver(): void {
    if (this.#handOverTimer) clearTimeout(this.#handOverTimer);
    this.#handOverTimer = null;
  }

  #closed(code: number, reason: string): void {
    if (this.readyState === SessionSocket.CLOSED) return;
    const hadOpened = this.readyState !== SessionSocket.CONNECTING;
    this.#end();
    this.#owner.closed(this, code, reason);
    // tRPC's client waits for `error` when a socket never opened.
    if (!hadOpened) this.dispatchEvent(new Event("error"));
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason, wasClean: code !== abnormalClosure }));
  }

  #end(): void {
    this.readyState = SessionSocket.CLOSED;
    this.#held = null;
    this.#watchdog?.stop();
    clearTimeout(this.#openTimer);
    this.#feed.stop();
    this.#clearHandOver();
  }

  #send(message: { id: string; method: string; params: { path: string } }): void {
    this.#transmit(JSON.stringify(message));
  }

  /** While the peer closes the socket nothing can be sent any more, and a browser says so on its console. */
  #transmit(frame: string): void {
    if (this.#socket.readyState === SessionSocket.OPEN) this.#socket.send(frame);
  }
}
