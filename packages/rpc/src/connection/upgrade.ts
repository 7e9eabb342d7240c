import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { WebSocketServer } from "ws";

import { addressKey, hashToken, type Principal } from "@countersign/auth";
import { rpcPath } from "@countersign/contract";

import type { HostCheck } from "../http/host.ts";
import type { OriginCheck } from "../http/origin.ts";
import { parseRequestTarget, rawPath } from "../http/request-target.ts";
import { writeHead } from "../http/write-head.ts";
import type { UpgradeOutcome } from "../observe/meter.ts";
import { readRequestId } from "../observe/request-id.ts";
import type { Services } from "../services.ts";

import { type ClientAddress, readClientAddress, type TrustedProxies } from "./client-address.ts";
import { Connection } from "./connection.ts";
import { GuardedSocket } from "./guarded-socket.ts";
import { readRequestFacts } from "./request-facts.ts";
import { readVisitorHash } from "./visitor-hash.ts";

export interface UpgradeOptions {
  /** Made with `WebSocket: GuardedSocket` and `noServer`. */
  readonly wss: WebSocketServer;
  readonly services: Services;
  readonly isAllowedOrigin: OriginCheck;
  readonly isOwnHost: HostCheck;
  readonly isTrustedProxy: TrustedProxies;
  /** What every refusal says besides. */
  readonly headers: Readonly<Record<string, string>>;
  /** False while draining: no new sockets. */
  isReady(): boolean;
  /** Runs an upgrade, and tells those who want to know what became of it. */
  watchUpgrade(request: IncomingMessage, run: () => Promise<UpgradeOutcome>): Promise<unknown>;
  /** Rises whenever a session may have ended: a socket that was opening meanwhile is checked again. */
  revocationCount(): number;
  recheckLater(connections: readonly Connection[]): void;
}

interface Refusal {
  readonly status: string;
  readonly why: UpgradeOutcome;
}

/**
 * The gate before the handshake. Whatever is wrong with the request is answered in plain HTTP and never reaches the
 * adapter; only then is there a socket, and it knows the session it was opened with.
 */
export function createUpgradeHandler(
  options: UpgradeOptions,
): (request: IncomingMessage, tcp: Duplex, head: Buffer) => void {
  return (request, tcp, head) => {
    // First of all: an error before there is a listener would end the process.
    tcp.on("error", () => tcp.destroy());
    const upgraded = options.watchUpgrade(request, () => upgrade(options, request, tcp as Socket, head));
    void upgraded.catch((error: unknown) => {
      options.services.log.error({ err: error }, "An upgrade failed");
      refuse(options, tcp, "503 Service Unavailable");
    });
  };
}

async function upgrade(
  options: UpgradeOptions,
  request: IncomingMessage,
  tcp: Socket,
  head: Buffer,
): Promise<UpgradeOutcome> {
  const { services, wss } = options;
  const address = readClientAddress(request, options.isTrustedProxy);
  const url = parseRequestTarget(request, address.protocol);
  const refusal = url === null ? badTarget : findRefusal(options, request, url, address);
  if (url === null || refusal !== null) {
    const { status, why } = refusal ?? badTarget;
    logRefusal(options, request, address, why);
    refuse(options, tcp, status);
    return why;
  }

  const token = services.cookie.read(request.headers.cookie);
  const countBefore = options.revocationCount();
  const principal = token === null ? null : await services.auth.sessions.validate(hashToken(token) ?? "");
  if (tcp.destroyed) return "failed";
  // Once more: others have come in while the session was read.
  const noRoom = findNoRoom(options, address) ?? findNoRoomOfSession(services, principal);
  if (noRoom !== null) {
    logRefusal(options, request, address, noRoom.why);
    refuse(options, tcp, noRoom.status);
    return noRoom.why;
  }

  const facts = readRequestFacts(request, url, {
    secretCookies: [services.cookie.name, services.visitorCookie.name],
    ...address,
  });
  let outcome: UpgradeOutcome = "handshake";
  wss.handleUpgrade(request, tcp, head, (socket) => {
    if (!(socket instanceof GuardedSocket)) throw new Error("The server is to be made with WebSocket: GuardedSocket.");
    const connection = new Connection({
      socket,
      tcp,
      services,
      request: facts,
      // A token that opens nothing is no token: such a socket is anonymous for good.
      tokenHash: principal === null || token === null ? null : hashToken(token),
      visitorHash: readVisitorHash(services, request.headers.cookie),
      addressKey: addressKey(address.ip),
    });
    if (principal !== null) connection.stand(principal);
    socket.attach(connection, tcp);
    socket.on("ping", () => connection.admitHeartbeat());
    socket.on("pong", () => connection.admitHeartbeat());
    socket.once("close", () => connection.closed());
    services.connections.add(connection);
    wss.emit("connection", socket, request);
    if (options.revocationCount() !== countBefore) options.recheckLater([connection]);
    outcome = "accepted";
  });
  return outcome;
}

const badTarget: Refusal = { status: "400 Bad Request", why: "target" };

function logRefusal(
  { services, isTrustedProxy }: UpgradeOptions,
  request: IncomingMessage,
  { ip }: ClientAddress,
  why: UpgradeOutcome,
): void {
  const requestId = readRequestId(request, isTrustedProxy);
  // Without what comes after the path: nobody knows what is in there.
  const path = rawPath(request).slice(0, 200);
  services.refusalLog.write(
    { why, requestId, origin: request.headers.origin?.slice(0, 200), path, ip },
    "An upgrade was refused",
  );
}

function findRefusal(
  options: UpgradeOptions,
  request: IncomingMessage,
  url: URL,
  address: ClientAddress,
): Refusal | null {
  const { settings } = options.services;
  const { origin } = request.headers;
  if (!options.isOwnHost(request.headers.host)) return { status: "400 Bad Request", why: "host" };
  if (rawPath(request) !== rpcPath) return { status: "404 Not Found", why: "path" };
  // tRPC would take a token from the first message: the cookie is the only way in.
  if (url.searchParams.has("connectionParams")) return { status: "400 Bad Request", why: "connectionParams" };
  if (origin === undefined ? settings.REQUIRE_ORIGIN : !options.isAllowedOrigin(origin)) {
    return { status: "403 Forbidden", why: "origin" };
  }
  return findNoRoom(options, address);
}

function findNoRoom(options: UpgradeOptions, address: ClientAddress): Refusal | null {
  const { connections, settings } = options.services;
  if (!options.isReady()) return { status: "503 Service Unavailable", why: "draining" };
  if (connections.size >= settings.MAX_CONNECTIONS) return { status: "503 Service Unavailable", why: "connections" };
  if (connections.countOfAddress(addressKey(address.ip)) >= settings.MAX_CONNECTIONS_PER_IP) {
    return { status: "429 Too Many Requests", why: "address" };
  }
  return null;
}

function findNoRoomOfSession({ connections, settings }: Services, principal: Principal | null): Refusal | null {
  const isFull =
    principal !== null && connections.countOfSession(principal.session.id) >= settings.MAX_CONNECTIONS_PER_SESSION;
  return isFull ? { status: "429 Too Many Requests", why: "session" } : null;
}

function refuse({ headers }: UpgradeOptions, tcp: Duplex, status: string): void {
  if (tcp.destroyed) return;
  tcp.end(writeHead(status, { "Retry-After": "5", ...headers }));
}
