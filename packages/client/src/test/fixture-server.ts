import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { getWSConnectionHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

import type { Behaviour, FixtureContext, FixtureSocket } from "./fixture-procedure.ts";
import { fixtureRouter } from "./fixture-router.ts";
import { FixtureState } from "./fixture-state.ts";

/** What a socket of the fixture meets as soon as it is open; null to let it be. */
export type OnSocket = (socket: FixtureSocket) => void;

/** A real server on a port of its own that plays the session wire, and misbehaves as a test asks. */
export class FixtureServer implements AsyncDisposable {
  readonly state = new FixtureState();
  readonly behaviour: Behaviour = {
    givesNotice: true,
    refusesHandOver: false,
    upgradeDelayMs: 0,
    refusedSnapshots: 0,
    snapshotDelayMs: 0,
    staleRotations: 0,
    taskTurns: () => {},
  };
  /** Every socket there ever was, with the time it was opened, in order. */
  readonly connectedAt: number[] = [];
  /** How many sockets were asked for. */
  upgrades = 0;
  /** The sockets open now. */
  readonly sockets = new Set<FixtureSocket>();
  onSocket: OnSocket | null = null;
  #http: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the port of before after a stop. */
  async start(): Promise<this> {
    const handle = createHTTPHandler({
      router: fixtureRouter,
      basePath: "/trpc/",
      createContext: ({ req, res }): FixtureContext => ({ ...this.#contextOf(req), response: res, socket: null }),
    });
    const http = createServer(handle);
    const wss = new WebSocketServer({ server: http, path: "/trpc", verifyClient: this.#letIn });
    const opened = new WeakMap<object, FixtureSocket>();
    const serve = getWSConnectionHandler({
      wss,
      router: fixtureRouter,
      createContext: ({ req, res }): FixtureContext => {
        const socket = opened.get(res);
        if (!socket) throw new Error("A socket is served that was not opened.");
        return { ...this.#contextOf(req), response: null, socket };
      },
    });
    wss.on("connection", (ws, request) => {
      const socket: FixtureSocket = { ws, token: tokenOf(request), isStale: false };
      opened.set(ws, socket);
      this.sockets.add(socket);
      this.connectedAt.push(performance.now());
      ws.on("close", () => this.sockets.delete(socket));
      serve(ws, request);
      this.onSocket?.(socket);
    });
    http.listen(this.#port, "127.0.0.1");
    await once(http, "listening");
    this.#http = http;
    this.#port = (http.address() as AddressInfo).port;
    return this;
  }

  /** Goes away as a killed process does: no close frame. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = null;
    if (!http) return;
    for (const { ws } of this.sockets) ws.terminate();
    http.closeAllConnections();
    http.close();
    await once(http, "close");
  }

  closeSockets(code: number, reason = ""): void {
    for (const { ws } of this.sockets) ws.close(code, reason);
  }

  /** The one socket there is. @throws when there is none, or there are more. */
  get socket(): FixtureSocket {
    const [socket, ...others] = this.sockets;
    if (!socket || others.length > 0) throw new Error(`There are ${this.sockets.size} sockets, not one.`);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  readonly #letIn = (_info: unknown, answer: (isWelcome: boolean) => void): void => {
    this.upgrades += 1;
    if (this.behaviour.upgradeDelayMs === 0) answer(true);
    else setTimeout(() => answer(true), this.behaviour.upgradeDelayMs);
  };

  #contextOf(request: IncomingMessage) {
    return { state: this.state, token: tokenOf(request), behaviour: this.behaviour, sockets: this.sockets };
  }
}

function tokenOf(request: IncomingMessage): string | null {
  return /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? null;
}
