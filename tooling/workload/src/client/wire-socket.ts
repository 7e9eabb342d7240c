import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import { WebSocket } from "ws";

/** A frame of tRPC's, as far as the workload looks at it. */
export interface Frame {
  readonly id?: number | null;
  readonly method?: string;
  readonly result?: { readonly type: string; readonly data?: unknown };
  readonly error?: { readonly message: string; readonly data: FrameError };
}

export interface FrameError {
  readonly code: string;
  readonly reason?: string;
}

/** The socket was lost before the answer was read: nobody knows what became of the call. */
export class SocketLost extends Error {
  override readonly name = "SocketLost";
}

export interface WireSocketOptions {
  /** Where browsers reach the site. */
  readonly url: string;
  readonly cookie: string;
  /** The page that connects; `url`'s when it is left out. */
  readonly origin?: string;
  /** Every frame as it came, before anything is done with it; `id` is that of its call or subscription. */
  readonly onFrame: (text: string, frame: Frame) => void;
  /** What its calls and subscriptions are numbered from; 1. */
  readonly firstId?: number;
}

/** A socket that speaks tRPC's wire format and nothing more, so that what is read of it is known to the byte. */
export class WireSocket {
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (frame: Frame | null) => void>();
  #lastId: number;

  private constructor(socket: WebSocket, { onFrame, firstId = 1 }: WireSocketOptions) {
    this.#socket = socket;
    this.#lastId = firstId - 1;
    socket.on("message", (data: Buffer) => this.#read(data.toString(), onFrame));
    this.closed = new Promise((resolve) =>
      socket.once("close", (code: number, reason: Buffer) => {
        for (const settle of this.#waiting.values()) settle(null);
        this.#waiting.clear();
        resolve({ code, reason: reason.toString() });
      }),
    );
  }

  /** @throws SocketLost when the upgrade is refused, or does not come within ten seconds */
  static async open(options: WireSocketOptions): Promise<WireSocket> {
    const { url, cookie, origin = url } = options;
    const headers = { origin, cookie };
    const socket = new WebSocket(`${url.replace("http", "ws")}/trpc`, { headers, handshakeTimeout: 10_000 });
    const wire = new WireSocket(socket, options);
    // Kept after it is open: a reset is an error before it is a close.
    socket.on("error", () => {});
    await Promise.race([once(socket, "open"), wire.closed]).catch(() => {});
    if (socket.readyState !== WebSocket.OPEN) throw new SocketLost("The socket could not be opened.");
    return wire;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Asks, and waits for the answer's frame. @throws SocketLost, also when no answer comes within `withinMs` */
  async call(method: "query" | "mutation", path: string, input: unknown, withinMs = 20_000): Promise<Frame> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Frame | null>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => this.terminate(), withinMs);
    this.#send({ id, method, params: { path, input } });
    const frame = this.isOpen || !this.#waiting.has(id) ? await promise : null;
    clearTimeout(timer);
    if (frame === null) throw new SocketLost(`The socket was lost before ${path} was answered.`);
    return frame;
  }

  /** Resolves when every call so far is answered, or the socket is lost. */
  async answered(): Promise<void> {
    while (this.#waiting.size > 0 && this.isOpen) await pause(5);
  }

  /** Begins a subscription and returns its id: its frames come to `onFrame`. */
  subscribe(path: string, input: unknown, lastEventId: string | null): number {
    const id = ++this.#lastId;
    this.#send({
      id,
      method: "subscription",
      params: { path, input, ...(lastEventId === null ? {} : { lastEventId }) },
    });
    return id;
  }

  /** Ends a subscription: the server says `stopped`. */
  unsubscribe(id: number): void {
    this.#send({ id, method: "subscription.stop" });
  }

  /** Reads nothing from now on, as a machine that hangs. */
  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #send(message: object): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  #read(text: string, onFrame: WireSocketOptions["onFrame"]): void {
    if (text === "PING") return this.#socket.send("PONG");
    if (!text.startsWith("{")) return;
    const frame = JSON.parse(text) as Frame;
    onFrame(text, frame);
    const settle = this.#waiting.get(frame.id ?? 0);
    if (settle === undefined) return;
    this.#waiting.delete(frame.id ?? 0);
    settle(frame);
  }
}
