import { connect, type Socket } from "node:net";

import type { HostileFrame } from "./hostile-frame.ts";
import type { HostileUpgrade } from "./hostile-upgrade.ts";

/** How long a request that waits for its answer is given. */
const answerMs = 150;

/** Makes one hostile request for a socket; resolves with the status it was answered with, "none" without an answer. */
export function sendUpgrade(port: number, { bytes, ending }: HostileUpgrade): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "localhost", () => {
      if (ending === "end") socket.end(bytes);
      else socket.write(bytes, () => ending === "reset" && socket.resetAndDestroy());
    });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? "none");
    };
    const timer = setTimeout(finish, answerMs);
    socket.on("data", (data) => {
      answer ||= data.toString("latin1");
      finish();
    });
    socket.on("error", () => {});
    socket.on("close", finish);
  });
}

/** A socket that is open, and speaks as it is told. */
export class HostileSocket {
  readonly #port: number;
  readonly #origin: string;
  #socket: Socket | null = null;
  /** How many were opened. */
  opened = 0;

  constructor(port: number, origin: string) {
    this.#port = port;
    this.#origin = origin;
  }

  /** Sends it, over a new socket when the one before has been closed. */
  async send({ bytes, ending }: HostileFrame): Promise<void> {
    const socket = await this.#open();
    if (socket === null) return;
    const hasRoom = socket.write(bytes);
    if (ending === "reset") {
      socket.resetAndDestroy();
      this.#socket = null;
    } else if (!hasRoom) {
      await new Promise<void>((resolve) => {
        socket.once("drain", resolve);
        socket.once("close", () => resolve());
      });
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #open(): Promise<Socket | null> {
    if (this.#socket !== null && this.#socket.writable) return this.#socket;
    this.#socket?.destroy();
    this.#socket = null;
    const socket = connect(this.#port, "localhost");
    socket.on("error", () => {});
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("data", (data) => resolve(data.toString("latin1").startsWith("HTTP/1.1 101")));
      socket.once("close", () => resolve(false));
      socket.write(
        [
          "GET /trpc HTTP/1.1",
          `Host: ${new URL(this.#origin).host}`,
          `Origin: ${this.#origin}`,
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "",
          "",
        ].join("\r\n"),
      );
    });
    if (!isOpen) {
      socket.destroy();
      return null;
    }
    // What comes is read and forgotten.
    socket.resume();
    this.opened += 1;
    this.#socket = socket;
    return socket;
  }
}
