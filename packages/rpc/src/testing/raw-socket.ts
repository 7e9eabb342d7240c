import { once } from "node:events";

import { WebSocket } from "ws";

/** A frame as it came. */
export interface RawFrame {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: { readonly type: string; readonly id?: string; readonly data?: unknown };
  readonly error?: {
    readonly message: string;
    readonly data: Readonly<Record<string, unknown>> & { readonly code: string };
  };
}

export interface RawSocketOptions {
  readonly url: string;
  readonly cookie?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A socket that speaks tRPC's wire format by hand, so that a test can say anything and sees every frame. */
export class RawSocket implements AsyncDisposable {
  readonly socket: WebSocket;
  /** Every text that came, in order. */
  readonly texts: string[] = [];
  /** Those of them that are frames, and not words of the keep-alive. */
  readonly frames: RawFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #waiting = new Set<() => void>();
  #lastId = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      this.texts.push(text);
      if (text.startsWith("{")) this.frames.push(JSON.parse(text) as RawFrame);
      for (const wake of this.#waiting) wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) =>
      socket.once("close", (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() })),
    );
  }

  /** Opens a socket. @throws with the HTTP status when the upgrade is refused. */
  static async open({ url, cookie, headers = {} }: RawSocketOptions): Promise<RawSocket> {
    const target = new URL(url);
    target.protocol = target.protocol.replace("http", "ws");
    const all = { origin: new URL(url).origin, ...(cookie === undefined ? {} : { cookie }), ...headers };
    const socket = new WebSocket(target, { headers: all });
    const raw = new RawSocket(socket);
    await once(socket, "open");
    return raw;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sends a call and returns the first frame that answers it. */
  async call(
    method: "query" | "mutation" | "subscription",
    path: string,
    input?: unknown,
    extra: object = {},
  ): Promise<RawFrame> {
    const id = ++this.#lastId;
    this.send({ id, method, params: { path, input, ...extra } });
    return this.until((frame) => frame.id === id);
  }

  query(path: string, input?: unknown): Promise<RawFrame> {
    return this.call("query", path, input);
  }

  mutate(path: string, input?: unknown): Promise<RawFrame> {
    return this.call("mutation", path, input);
  }

  /** Starts a subscription and returns its id. @throws when it does not start. */
  async subscribe(path: string, input?: unknown, extra: object = {}): Promise<number> {
    // The next one's: other calls may be made before this is answered.
    const id = this.#lastId + 1;
    const answer = await this.call("subscription", path, input, extra);
    if (answer.result?.type !== "started") throw new Error(JSON.stringify(answer));
    return id;
  }

  /** What a subscription has sent so far. */
  dataOf(id: number): unknown[] {
    return this.frames
      .filter((frame) => frame.id === id && frame.result?.type === "data")
      .map((frame) => frame.result?.data);
  }

  /** Waits for the first frame, past or coming, that fits. @throws when none comes in time, or the socket closes. */
  until(fits: (frame: RawFrame) => boolean, timeoutMs = 5000): Promise<RawFrame> {
    return new Promise((resolve, reject) => {
      const finish = (error?: Error) => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        if (error) reject(error);
      };
      const look = () => {
        const frame = this.frames.find(fits);
        if (!frame) return;
        finish();
        resolve(frame);
      };
      const timer = setTimeout(
        () => finish(new Error(`No such frame in ${timeoutMs} ms:\n${this.texts.join("\n")}`)),
        timeoutMs,
      );
      this.#waiting.add(look);
      look();
      void this.closed.then(({ code, reason }) => finish(new Error(`The socket closed before: ${code} ${reason}`)));
    });
  }

  /** Waits until the subscription has sent so many values, and returns them. */
  async data(id: number, count: number): Promise<unknown[]> {
    await this.until(() => this.dataOf(id).length >= count);
    return this.dataOf(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}
