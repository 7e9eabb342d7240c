import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { rpcPath } from "@countersign/contract";

import { monotonicMs } from "../monotonic-clock.ts";

import { origin } from "./wire-socket.ts";

export interface HttpAnswer {
  readonly status: number;
  /** Names, lower case, in the order they came, each with its value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** From the writing of the request to the last byte of the answer. */
  readonly ms: number;
}

/** One HTTP connection that is kept, doing next to nothing itself: a request at a time, as a page of the site would send it. */
export class HttpLine implements Disposable {
  readonly #tcp: Socket;
  readonly #port: number;
  #received = "";
  #waiting: { readonly sentAt: number; readonly promise: PromiseWithResolvers<HttpAnswer> } | null = null;

  private constructor(tcp: Socket, port: number) {
    this.#tcp = tcp;
    this.#port = port;
    tcp.setNoDelay(true);
    tcp.on("data", (bytes: Buffer) => this.#handleBytes(bytes));
    tcp.on("close", () => this.#waiting?.promise.reject(new Error("The server closed the connection.")));
    tcp.on("error", (error) => this.#waiting?.promise.reject(error));
  }

  static async open(port: number): Promise<HttpLine> {
    const tcp = connect({ host: "127.0.0.1", port });
    await once(tcp, "connect");
    return new HttpLine(tcp, port);
  }

  /** Calls a mutation. Wait for the answer before the next one. */
  mutate(path: string, input: unknown): Promise<HttpAnswer> {
    if (this.#waiting) throw new Error("One request at a time.");
    const body = JSON.stringify(input);
    const head = [
      `POST ${rpcPath}/${path} HTTP/1.1`,
      `Host: 127.0.0.1:${this.#port}`,
      `Origin: ${origin}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    const promise = Promise.withResolvers<HttpAnswer>();
    this.#received = "";
    this.#waiting = { sentAt: monotonicMs(), promise };
    this.#tcp.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    return promise.promise;
  }

  [Symbol.dispose](): void {
    this.#tcp.destroy();
  }

  #handleBytes(bytes: Buffer): void {
    const at = monotonicMs();
    this.#received += bytes.toString("latin1");
    const answer = parseAnswer(this.#received);
    if (!answer || !this.#waiting) return;
    const { sentAt, promise } = this.#waiting;
    this.#waiting = null;
    promise.resolve({ ...answer, ms: at - sentAt });
  }
}

/** Null while there is more to come. */
function parseAnswer(text: string): Omit<HttpAnswer, "ms"> | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });

  const rest = text.slice(end + 4);
  const [, length] = headers.find(([name]) => name === "content-length") ?? [];
  const isWhole = length === undefined ? rest.endsWith("0\r\n\r\n") : rest.length >= Number(length);
  if (!isWhole) return null;
  const body = length === undefined ? rest.replaceAll(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n)?(?:\r\n)?$/g, "") : rest;
  return { status: Number(statusLine.split(" ", 2)[1]), headers, body };
}
