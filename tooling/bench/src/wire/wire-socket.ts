import { connect, type Socket } from "node:net";

import { monotonicMs } from "../monotonic-clock.ts";

import { FrameReader } from "./frame-reader.ts";
import { buildFrame } from "./frame.ts";

/** Where a server is, and the page it is told to be called from. */
export const origin = "http://bench.localhost";
const path = "/trpc";

export interface WireOptions {
  readonly port: number;
  /** The `Cookie` header. */
  readonly cookie: string | null;
  /** The page that connects; a page of the benchmarks when it is left out. */
  readonly origin?: string;
  /** Called for each text; the bytes hold only during the call. */
  onText(payload: Buffer, socket: WireSocket): void;
}

/** How a socket ended. */
export interface WireEnd {
  /** The code of the close frame; null when none came. */
  readonly code: number | null;
  /** When the last byte came, by `monotonicMs`. */
  readonly lastByteAt: number;
}

/** All sockets read into the same memory: what is read is handled before the next read. */
const shared = Buffer.allocUnsafe(256 * 1024);

/** A WebSocket client that does next to nothing, so that the server is what is measured. */
export class WireSocket {
  /** When the last bytes came, by `monotonicMs`. */
  lastByteAt = 0;
  /** How many texts have come. */
  texts = 0;
  readonly ended: Promise<WireEnd>;
  readonly #options: WireOptions;
  readonly #tcp: Socket;
  readonly #reader: FrameReader;
  #state: "opening" | "open" | "ended" = "opening";
  #head = "";
  #closeCode: number | null = null;
  readonly #opening = Promise.withResolvers<WireSocket>();

  private constructor(options: WireOptions) {
    this.#options = options;
    this.#reader = new FrameReader({
      onText: (payload) => this.#handleText(payload),
      onClose: (code) => this.#handleClose(code),
      onPing: (payload) => void this.#tcp.write(buildFrame("pong", payload)),
    });
    const onread = { buffer: shared, callback: (length: number) => this.#handleBytes(length) };
    this.#tcp = connect({ host: "127.0.0.1", port: options.port, noDelay: true, onread }, () => {
      this.#tcp.write(upgradeRequest(options));
    });
    this.#tcp.on("error", (error) => this.#opening.reject(error));
    this.ended = new Promise((resolve) => {
      this.#tcp.once("close", () => {
        this.#state = "ended";
        this.#opening.reject(new Error(`The upgrade was refused:\n${this.#head}`));
        resolve({ code: this.#closeCode, lastByteAt: this.lastByteAt });
      });
    });
  }

  /** @throws when the upgrade is refused, with the answer. */
  static open(options: WireOptions): Promise<WireSocket> {
    return new WireSocket(options).#opening.promise;
  }

  /** No close frame has come, and the connection stands. */
  get isOpen(): boolean {
    return this.#state === "open" && this.#closeCode === null;
  }

  /** Sends a frame made by `buildFrame`. */
  write(frame: Buffer): void {
    this.#tcp.write(frame);
  }

  /** Ends the connection without ceremony. */
  destroy(): void {
    this.#tcp.destroy();
  }

  #handleBytes(length: number): boolean {
    this.lastByteAt = monotonicMs();
    const bytes = shared.subarray(0, length);
    // What is written in answer leaves in one piece.
    this.#tcp.cork();
    if (this.#state === "open") this.#reader.read(bytes);
    else this.#readHead(bytes);
    this.#tcp.uncork();
    return true;
  }

  #readHead(bytes: Buffer): void {
    this.#head += bytes.toString("latin1");
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!this.#head.startsWith("HTTP/1.1 101 ")) return this.destroy();

    const rest = Buffer.from(this.#head.slice(end + 4), "latin1");
    this.#state = "open";
    this.#head = "";
    this.#opening.resolve(this);
    if (rest.length > 0) this.#reader.read(rest);
  }

  #handleText(payload: Buffer): void {
    if (this.#closeCode !== null) throw new Error("A text came after the close frame.");
    this.texts += 1;
    this.#options.onText(payload, this);
  }

  #handleClose(code: number): void {
    this.#closeCode = code;
    this.#tcp.end(buildFrame("close", Buffer.from([code >> 8, code & 255])));
  }
}

function upgradeRequest({ port, cookie, origin: page = origin }: WireOptions): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Origin: ${page}`,
    ...(cookie === null ? [] : [`Cookie: ${cookie}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
