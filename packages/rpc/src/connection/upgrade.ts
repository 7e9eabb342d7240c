import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { WebSocketServer } from "ws";

import { addressKey, hashToken, type Principal } from "@countersign/auth";
import { rpcPath } from "@countersign/contract";
import { DatabaseUnavailable } from "@countersign/db";

import type { HostCheck } from "../http/host.ts";
import type { OriginCheck } from "../http/origin.ts";
import { parseRequestTarget, rawPath } from "../http/request-target.ts";
import { writeHead } from "../http/write-head.ts";
import type { UpgradeOutcome } from "../observe/meter.ts";
import { readRequestId } from "../observe/request-id.ts";
import type { Services } from "../services.ts";

import { Admission } from "./admission.ts";
import { type ClientAddress, readClientAddress, type TrustedProxies } from "./client-address.ts";
import { Connection } from "./connection.ts";
import { GuardedSocket } from "./guarded-socket.ts";
import { createMemoryGauge, type MemoryGauge } from "./memory-gauge.ts";
import { readRequestFacts } from "./request-facts.ts";
import { isSecretCookieOf } from "./secret-cookies.ts";
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
  /** Which share of its memory the process uses. Default: it is measured. */
  readonly memoryGauge?: MemoryGauge;
}

/** How long a socket waits to be let in: half of what clients wait for it to open. */
const patienceMs = 5000;
/** Who is refused for want of room is told to come back in anything up to so many seconds: not all at once again. */
const longestRetrySeconds = 10;

interface Door extends UpgradeOptions {
  readonly admission: Admission;
  readonly memoryGauge: MemoryGauge;
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
  const admission = new Admission({ longest: options.services.settings.UPGRADE_QUEUE, patienceMs });
  const door: Door = { memoryGauge: createMemoryGauge(), ...options, admission };
  return (request, tcp, head) => {
    // First of all: an error before there is a listener would end the process.
    tcp.on("error", () => tcp.destroy());
    const upgraded = options.watchUpgrade(request, () => upgrade(door, request, tcp as Socket, head));
    void upgraded.catch((error: unknown) => {
      const { log, rateLimits } = options.services;
      // All who come back while the database is away fail alike.
      const isAway = error instanceof DatabaseUnavailable;
      if (!isAway || rateLimits.isNews("upgrade failed", performance.now()))
        log.error({ err: error }, "An upgrade failed");
      refuse(options, tcp, "503 Service Unavailable");
    });
  };
}

async function upgrade(options: Door, request: IncomingMessage, tcp: Socket, head: Buffer): Promise<UpgradeOutcome> {
  const address = readClientAddress(request, options.isTrustedProxy);
  const url = parseRequestTarget(request, address.protocol);
  const refusal = url === null ? badTarget : findRefusal(options, request, url, address);
  if (url === null || refusal !== null) {
    return turnAway(options, request, tcp, address, refusal ?? badTarget);
  }

  const tokenHash = hashToken(options.services.cookie.read(request.headers.cookie));
  // Before anything is read: who floods knocks again and again.
  const shut = findShut(options.services, tokenHash ?? addressKey(address.ip));
  if (shut !== null) return turnAway(options, request, tcp, address, shut);

  const leave = await options.admission.enter(addressKey(address.ip));
  if (leave === null)
    return turnAway(options, request, tcp, address, { status: "503 Service Unavailable", why: "busy" });
  try {
    return await letIn(options, { request, tcp, head, url, address, tokenHash });
  } finally {
    leave();
  }
}

interface Guest {
  readonly request: IncomingMessage;
  readonly tcp: Socket;
  readonly head: Buffer;
  readonly url: URL;
  readonly address: ClientAddress;
  /** Null where it has no token that could be one. */
  readonly tokenHash: string | null;
}

async function letIn(options: Door, { request, tcp, head, url, address, tokenHash }: Guest): Promise<UpgradeOutcome> {
  const { services, wss } = options;
  if (tcp.destroyed) return "failed";
  const countBefore = options.revocationCount();
  const principal = tokenHash === null ? null : await services.auth.sessions.validate(tokenHash);
  if (tcp.destroyed) return "failed";
  // Once more: others have come in while the session was read.
  const noRoom =
    findNoRoom(options, address) ??
    findNoRoomOfUser(services, principal) ??
    findShut(services, principal?.user.id ?? addressKey(address.ip));
  if (noRoom !== null) return turnAway(options, request, tcp, address, noRoom);

  const facts = readRequestFacts(request, url, {
    isSecretCookie: isSecretCookieOf(services),
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
      tokenHash: principal === null ? null : tokenHash,
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

function findRefusal(options: Door, request: IncomingMessage, url: URL, address: ClientAddress): Refusal | null {
  const { settings } = options.services;
  const { origin } = request.headers;
  // RFC 6455 §4.1. A proxy that speaks HTTP/1.0 to its servers passes no upgrade on knowingly.
  if (request.httpVersion !== "1.1") return badTarget;
  if (!options.isOwnHost(request.headers.host)) return { status: "400 Bad Request", why: "host" };
  if (rawPath(request) !== rpcPath) return { status: "404 Not Found", why: "path" };
  // tRPC would take a token from the first message: the cookie is the only way in.
  if (url.searchParams.has("connectionParams")) return { status: "400 Bad Request", why: "connectionParams" };
  if (origin === undefined ? settings.REQUIRE_ORIGIN : !options.isAllowedOrigin(origin)) {
    return { status: "403 Forbidden", why: "origin" };
  }
  return findNoRoom(options, address);
}

function findNoRoom(options: Door, address: ClientAddress): Refusal | null {
  const { connections, settings } = options.services;
  if (!options.isReady()) return { status: "503 Service Unavailable", why: "draining" };
  if (connections.size >= settings.MAX_CONNECTIONS) return { status: "503 Service Unavailable", why: "connections" };
  if (options.memoryGauge() * 100 >= settings.MAX_MEMORY_PERCENT)
    return { status: "503 Service Unavailable", why: "memory" };
  const key = addressKey(address.ip);
  // Those at the door count: nobody fills the queue by themselves.
  if (connections.countOfAddress(key) + options.admission.countOf(key) >= settings.MAX_CONNECTIONS_PER_IP) {
    return { status: "429 Too Many Requests", why: "address" };
  }
  return null;
}

function findNoRoomOfUser({ connections, settings }: Services, principal: Principal | null): Refusal | null {
  if (principal === null) return null;
  if (connections.countOfSession(principal.session.id) >= settings.MAX_CONNECTIONS_PER_SESSION) {
    return { status: "429 Too Many Requests", why: "session" };
  }
  if (connections.countOfUser(principal.user.id) >= settings.MAX_CONNECTIONS_PER_USER) {
    return { status: "429 Too Many Requests", why: "user" };
  }
  return null;
}

function findShut({ floodDoors }: Services, key: string): Refusal | null {
  if (!floodDoors.isShut(key, performance.now())) return null;
  return { status: "429 Too Many Requests", why: "flooding" };
}

/** Says no, and writes down that it did: of a crowd that finds no room, once a minute for each reason and address. */
function turnAway(
  options: Door,
  request: IncomingMessage,
  tcp: Duplex,
  { ip }: ClientAddress,
  { status, why }: Refusal,
): UpgradeOutcome {
  const { refusalLog } = options.services;
  const isForRoom = status.startsWith("503") || status.startsWith("429");
  const message = "An upgrade was refused";
  const facts = () => ({
    why,
    requestId: readRequestId(request, options.isTrustedProxy),
    origin: request.headers.origin?.slice(0, 200),
    // Without what comes after the path: nobody knows what is in there.
    path: rawPath(request).slice(0, 200),
    ip,
  });
  if (isForRoom) refusalLog.writeNews(`${why} ${addressKey(ip)}`, facts, message);
  else refusalLog.write(facts(), message);
  refuse(options, tcp, status);
  return why;
}

function refuse({ headers }: UpgradeOptions, tcp: Duplex, status: string): void {
  if (tcp.destroyed) return;
  const retryAfter = String(1 + Math.floor(Math.random() * longestRetrySeconds));
  tcp.end(writeHead(status, { "Retry-After": retryAfter, ...headers }));
}
