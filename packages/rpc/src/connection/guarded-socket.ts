import type { Socket } from "node:net";

import { type RawData, WebSocket } from "ws";

import { CloseCode } from "@countersign/contract";

import type { Connection } from "./connection.ts";

type SendOptions = Parameters<WebSocket["send"]>[1];
type SendCallback = (error?: Error) => void;

/**
 * The one gate all frames pass, both ways, whoever sends or reads them: on a dead connection nothing is read and nothing
 * is sent; floods are cut before they are parsed; a reader that stops reading is cut before its backlog costs memory.
 */
export class GuardedSocket extends WebSocket {
  /** The socket whose message is being read, for what the adapter calls without saying which: the decoder. */
  static reading: GuardedSocket | null = null;

  #connection: Connection | null = null;
  #tcp: Socket | null = null;
  #isCorked = false;

  /** Makes this socket the connection's. Before it nothing can be sent or read. */
  attach(connection: Connection, tcp: Socket): void {
    this.#connection = connection;
    this.#tcp = tcp;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  override emit(event: string | symbol, ...parts: unknown[]): boolean {
    if (event !== "message") return super.emit(event, ...parts);
    const connection = this.#connection;
    // ws hands over a Buffer here: `binaryType` is left at its default.
    if (connection === null || !connection.admitMessage(parts[0] as RawData)) return false;

    GuardedSocket.reading = this;
    try {
      return super.emit(event, ...parts);
    } finally {
      GuardedSocket.reading = null;
    }
  }

  override send(
    data: Parameters<WebSocket["send"]>[0],
    options?: SendOptions | SendCallback,
    callback?: SendCallback,
  ): void {
    const connection = this.#connection;
    if (connection === null || connection.isDead || this.readyState !== WebSocket.OPEN) return;
    this.#cork();
    if (typeof options === "function") super.send(data, options);
    else super.send(data, options ?? {}, callback);
    connection.noteWrite();
  }

  /**
   * Ends the socket with a code the client acts on. What the peer has not read yet is not sent any more: it was written
   * before the end, and must not arrive after it.
   */
  end(code: number, reason: string): void {
    this.#uncork();
    if (this.#tcp !== null && this.#tcp.writableLength > 0) {
      this.terminate();
      return;
    }
    this.close(code, reason);
    this.#terminateSoon();
  }

  /** Ends a reader that is too slow. */
  cut(): void {
    this.part(CloseCode.tooSlow, "too slow");
    this.#terminateSoon();
  }

  /** Ends the socket behind what was written before: the close frame has a moment to get there (`closeTimeout`). */
  part(code: number, reason: string): void {
    this.#uncork();
    this.close(code, reason);
  }

  /**
   * Ends it at once, with RST. Closed in any other way the system goes on, without this process: it has taken over megabytes for
   * a peer that does not read, and would hand them out whenever that one reads again, long after the session has ended.
   */
  override terminate(): void {
    this.#tcp?.resetAndDestroy();
    super.terminate();
  }

  /** For a peer that does not answer the close frame. Before `closeTimeout`, which would leave to the system what is unread. */
  #terminateSoon(): void {
    setTimeout(() => this.terminate(), 1000).unref();
  }

  /** Replies and pushes of one turn leave in one write: a third of the cost of a call otherwise goes into system calls. */
  #cork(): void {
    if (this.#isCorked || this.#tcp === null) return;
    this.#isCorked = true;
    this.#tcp.cork();
    if (corked.push(this) === 1) setImmediate(uncorkAll);
  }

  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#tcp?.uncork();
  }

  static uncork(socket: GuardedSocket): void {
    socket.#uncork();
  }
}

let corked: GuardedSocket[] = [];

function uncorkAll(): void {
  const sockets = corked;
  corked = [];
  for (const socket of sockets) GuardedSocket.uncork(socket);
}
