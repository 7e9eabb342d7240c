import { once } from "node:events";
import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:tls";

import { WebSocket } from "ws";

import { RawSocket } from "@countersign/rpc/testing";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Somebody who reaches the site through its proxy, and keeps the cookies they are given. */
export class Visitor {
  readonly origin: string;
  readonly #address: string;
  readonly #cert: string;
  readonly #cookies = new Map<string, string>();

  constructor(options: { readonly origin: string; readonly address: string; readonly cert: string }) {
    this.origin = options.origin;
    this.#address = options.address;
    this.#cert = options.cert;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** How they connect. */
  get connection() {
    return { ca: this.#cert, localAddress: this.#address, family: 4 } as const;
  }

  /** Begins a request and leaves its body open. */
  open(path: string, { method = "GET", headers = {} }: RequestOptions = {}): ClientRequest {
    const own = { origin: this.origin, ...(this.#cookies.size === 0 ? {} : { cookie: this.cookie }) };
    return httpsRequest(`${this.origin}${path}`, {
      ...this.connection,
      method,
      headers: { ...own, ...headers },
      agent: false,
    });
  }

  request(path: string, options: RequestOptions = {}): Promise<Answer> {
    const request = this.open(path, options);
    const answer = this.answerOf(request);
    request.end(options.body);
    return answer;
  }

  async answerOf(request: ClientRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      request.once("error", reject);
      request.once("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () => {
          this.#keep(response.headers["set-cookie"] ?? []);
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
    });
  }

  /** A call over HTTP. */
  call(path: string, input: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.request(`/trpc/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(input),
    });
  }

  async register(username: string): Promise<Answer> {
    const answer = await this.call("auth.register", { username, password: `correct horse ${username}` });
    if (answer.status !== 200) throw new Error(`${username} could not sign up: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** A socket through the proxy. @throws with the HTTP status when the upgrade is refused. */
  async openSocket(headers: Readonly<Record<string, string>> = {}, path = "/trpc"): Promise<RawSocket> {
    const socket = new WebSocket(`${this.origin}${path}`.replace("https", "wss"), {
      ...this.connection,
      headers: { origin: this.origin, cookie: this.cookie, ...headers },
    });
    const raw = new RawSocket(socket);
    await once(socket, "open");
    return raw;
  }

  /** Sends these bytes as they are, and gives back the head of what is answered; empty when the connection is only closed. */
  async exchange(bytes: string): Promise<string> {
    const { hostname, port } = new URL(this.origin);
    const socket = connect({ ...this.connection, host: hostname, port: Number(port), servername: hostname });
    await once(socket, "secureConnect");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(bytes);
    const timer = setTimeout(() => socket.destroy(), 3000);
    await Promise.race([closed, headCame(() => text)]);
    clearTimeout(timer);
    socket.destroy();
    return text;
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

async function headCame(text: () => string): Promise<void> {
  for (let tries = 0; tries < 300 && !text().includes("\r\n\r\n"); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
}
