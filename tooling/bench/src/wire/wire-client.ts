import { buildFrame } from "./frame.ts";
import { WireSocket } from "./wire-socket.ts";

/** What a server sends: an answer, or a frame of a subscription. */
interface Envelope {
  readonly id: number;
  readonly result?: { readonly type: string; readonly data?: unknown };
  readonly error?: { readonly message: string };
}

/** Calls over one socket, each answered under its own id. */
export class WireClient {
  readonly socket: WireSocket;
  readonly #waiting: Map<number, PromiseWithResolvers<unknown>>;
  #lastId = 0;

  private constructor(socket: WireSocket, waiting: Map<number, PromiseWithResolvers<unknown>>) {
    this.socket = socket;
    this.#waiting = waiting;
    void socket.ended.then(({ code }) => this.#refuseAll(code));
  }

  static async open(port: number, cookie: string): Promise<WireClient> {
    const waiting = new Map<number, PromiseWithResolvers<unknown>>();
    const socket = await WireSocket.open({
      port,
      cookie,
      onText(payload) {
        const { id, result, error } = JSON.parse(payload.toString()) as Envelope;
        const call = waiting.get(id);
        waiting.delete(id);
        if (error) call?.reject(new Error(error.message));
        else call?.resolve(result?.data);
      },
    });
    return new WireClient(socket, waiting);
  }

  /** @throws when the call is refused, or the socket ends before the answer */
  call(method: "query" | "mutation", path: string, input: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.socket.write(buildFrame("text", JSON.stringify({ id, method, params: { path, input } })));
    return waiting.promise;
  }

  #refuseAll(code: number | null): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`The socket was closed (${code}).`));
  }

  close(): void {
    this.socket.destroy();
  }
}
