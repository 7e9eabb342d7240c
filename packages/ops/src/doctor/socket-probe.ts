import { once } from "node:events";

import { WebSocket } from "ws";

import { rpcPath } from "@countersign/contract";

/** A socket that was opened, or what the attempt was answered with. */
export type SocketAnswer =
  | { readonly socket: OpenSocket }
  | { readonly status: number; readonly body: string }
  | { readonly fault: string };

export interface OpenSocket extends Disposable {
  /** Sends tRPC's `PING` and tells after how many milliseconds it was answered; null when it was not in time. */
  ping(): Promise<number | null>;
  /** Resolves with when and how it was closed, or with null after this long. */
  staysOpen(forMs: number): Promise<{ readonly afterMs: number; readonly code: number } | null>;
  /** Pings of the protocol that came so far. */
  readonly serverPings: number;
  /** Is the caller signed in, as the server sees it? Null when it does not say. */
  isSignedIn(): Promise<boolean | null>;
}

const withinMs = 10_000;
const answerMs = 5000;

/** Opens a socket as a page of this origin does. Never throws. */
export async function openSocket(
  site: URL,
  headers: { readonly origin: string; readonly cookie?: string },
): Promise<SocketAnswer> {
  const url = new URL(rpcPath, site);
  url.protocol = site.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, { headers: { ...headers }, handshakeTimeout: withinMs, perMessageDeflate: false });
  const { promise, resolve } = Promise.withResolvers<SocketAnswer>();
  socket.once("open", () => resolve({ socket: wrap(socket) }));
  socket.on("error", (error) => resolve({ fault: "code" in error ? String(error.code) : error.message.slice(0, 200) }));
  socket.once("unexpected-response", (call, response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (body = (body + chunk).slice(0, 2000)));
    const answer = () => {
      resolve({ status: response.statusCode ?? 0, body });
      call.destroy();
    };
    response.once("end", answer).once("close", answer);
  });
  return promise;
}

function wrap(socket: WebSocket): OpenSocket {
  const openedAt = performance.now();
  let serverPings = 0;
  let closed: { afterMs: number; code: number } | null = null;
  socket.on("ping", () => (serverPings += 1));
  socket.once("close", (code) => (closed = { afterMs: Math.round(performance.now() - openedAt), code }));

  /** Several may come at once: each is looked at. Null when none fits in time, or the socket was lost. */
  function nextMessage(fits: (text: string) => boolean): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const timer = setTimeout(() => resolve(null), answerMs);
    const listen = (data: Buffer) => {
      const text = data.toString("utf8");
      if (fits(text)) resolve(text);
    };
    const giveUp = () => resolve(null);
    socket.on("message", listen).once("close", giveUp);
    return promise.finally(() => {
      clearTimeout(timer);
      socket.off("message", listen).off("close", giveUp);
    });
  }

  return {
    get serverPings() {
      return serverPings;
    },
    async ping() {
      const before = performance.now();
      const answer = nextMessage((text) => text === "PONG");
      socket.send("PING");
      return (await answer) === null ? null : Math.round(performance.now() - before);
    },
    async staysOpen(forMs) {
      if (closed !== null) return closed;
      await once(socket, "close", { signal: AbortSignal.timeout(forMs) }).catch(() => null);
      return closed;
    },
    async isSignedIn() {
      const answer = nextMessage((text) => text.includes('"isAuthenticated"'));
      socket.send(JSON.stringify({ id: 1, method: "subscription", params: { path: "session.snapshot" } }));
      const text = await answer;
      return text === null ? null : text.includes('"isAuthenticated":true');
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
