import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { getRequestListener } from "@hono/node-server";
import type { AnyRouter } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";

import {
  adminTopic,
  type Auth,
  type Clock,
  createBindingCookie,
  createSessionCookie,
  createVisitorCookie,
  RecentPrincipals,
  systemClock,
} from "@countersign/auth";
import type { Bus } from "@countersign/bus";
import { filesPath, type Settings } from "@countersign/contract";
import {
  type CoreTables,
  createTurnQueue,
  type Database,
  type Dialect,
  type ExternalChange,
  type TurnQueue,
} from "@countersign/db";

import { parseTrustedProxies, readClientAddress } from "./connection/client-address.ts";
import { Connections } from "./connection/connections.ts";
import { FloodDoors } from "./connection/flood-doors.ts";
import { frames } from "./connection/frames.ts";
import { GuardedSocket } from "./connection/guarded-socket.ts";
import { startKeepAlive } from "./connection/keep-alive.ts";
import { createCallLimits, createFrameLimits, RateLimits } from "./connection/rate-limits.ts";
import { createUpgradeHandler } from "./connection/upgrade.ts";
import { drainSockets } from "./drain/drain-sockets.ts";
import { waitUntil } from "./drain/wait-until.ts";
import { within } from "./drain/within.ts";
import { type FileOptions, StoredFiles } from "./files/stored-files.ts";
import { Transfers } from "./files/transfers.ts";
import { createHostCheck } from "./http/host.ts";
import { createHttpApp, healthPaths, livenessPath } from "./http/http-app.ts";
import { oneEachTurn } from "./http/one-each-turn.ts";
import { readOpenFilesLimit } from "./http/open-files.ts";
import { createOriginCheck } from "./http/origin.ts";
import { parseRequestTarget, rawPath } from "./http/request-target.ts";
import { transportHeaders } from "./http/security-headers.ts";
import { writeHead } from "./http/write-head.ts";
import { LiveHub } from "./live/hub.ts";
import type { SnapshotFields } from "./live/snapshot-fields.ts";
import { createSnapshotReader } from "./live/snapshot-reader.ts";
import { startMaintenance } from "./maintenance.ts";
import { createNotifications } from "./notify/notifications.ts";
import { measuredSessions } from "./observe/measured-sessions.ts";
import { type Metrics, metricsPath } from "./observe/meter.ts";
import { observeApp, type Observer } from "./observe/observe-app.ts";
import { createReadiness } from "./observe/readiness.ts";
import { RefusalLog } from "./observe/refusal-log.ts";
import { createTraffic } from "./observe/traffic.ts";
import type { RootContext } from "./procedure/call-context.ts";
import { HolderTurns } from "./procedure/holder-turns.ts";
import { listRules, listWatchedRows } from "./procedure/rule-list.ts";
import { UserTurns } from "./procedure/user-turns.ts";
import { type Lease, startLease } from "./revocation/lease.ts";
import { Revocation } from "./revocation/revocation.ts";
import type { Log, Services } from "./services.ts";
import { shieldLog } from "./shield-log.ts";

export interface AppOptions<Tables extends CoreTables> {
  readonly router: AnyRouter;
  readonly db: Database<Tables>;
  readonly bus: Bus;
  readonly auth: Auth;
  readonly settings: Settings;
  readonly log: Log;
  /** Where browsers reach the app. Cookies, origins and links follow from it, never from a request. */
  readonly publicUrl: string;
  /** Origins whose pages may connect, `publicUrl`'s own included. Default: only that one. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Refuse requests under a Host that is not of `publicUrl` or an allowed origin? Default: yes. Health is told under any, and so
   * are figures to whoever has the token: who watches servers asks each by a name of its own.
   */
  readonly checkHost?: boolean;
  /** Proxies whose forwarded headers are believed: addresses, ranges, or `loopback`. Default: none. */
  readonly trustProxy?: string;
  /** The permissions the app declared: a rule that names another is an error here. */
  readonly permissions?: readonly string[];
  /** The folder of the built web app; null when something else serves it. */
  readonly webFolder?: string | null;
  /** What the app adds to the snapshot of its users, from `defineSnapshotFields`. */
  readonly snapshotFields?: SnapshotFields<Tables>;
  readonly clock?: Clock;
  /** What measures the app: `createMetrics()` of `@countersign/rpc/metrics`. Default: nothing does. */
  readonly metrics?: Metrics | null;
  /** Serves what was measured under `/metrics` on the app's own port, to whoever presents this. Default: it is not served. */
  readonly metricsToken?: string | null;
  /** Where files are kept, for procedures that take or give some. */
  readonly files?: FileOptions<Tables>;
}

export interface App {
  readonly services: Services;
  /** Opens the port; with port 0 the system chooses one. Returns the one it is. */
  listen(address: { readonly port: number; readonly host: string }): Promise<number>;
  /**
   * Stops in order. `/readyz` says 503 at once, and for `settleMs` (default 0) nothing else changes, so that balancers see it;
   * then nothing new is let in, and the sockets have `drainMs` (default 3000) to move to another server; what has begun has
   * `finishMs` (default 3000) more. What is left then is cut: sockets with 1012. Never rejects, and takes no longer than the
   * three and some seconds, whatever hangs. The database and the bus are left open.
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  readonly settleMs?: number;
  readonly drainMs?: number;
  readonly finishMs?: number;
}

/** Visitors of one address for whom something begins to be kept. */
const visitorsPerHour = 100;

/** Plain HTTP connections at most, beside the sockets. */
const connectionsBesides = 2000;

/** Files left for all that is no connection: the database, its connections, pages, uploads. */
const filesBesides = 64;
const fewestConnections = 16;

/** How long each of the last steps may take, when what it waits for hangs. */
const lastStepMs = 1500;

/**
 * `settling`: it is told that this server stops, and all goes on. `moving`: nobody new is let in. `finishing`: what has begun
 * is finished, and nothing is begun.
 */
type Phase = "open" | "settling" | "moving" | "finishing";

/**
 * Puts an app together: one HTTP server, one WebSocket path, every guard between them.
 *
 * @throws when a procedure has no rule, names an undeclared permission, or an option is not valid.
 */
export function createApp<Tables extends CoreTables>(given: AppOptions<Tables>): App {
  const options = { ...given, log: shieldLog(given.log) };
  const rules = listRules(options.router, options.permissions);
  const filed = rules.find(({ rule }) => rule.transport === "file");
  if (filed && !options.files) {
    throw new Error(
      `Procedure "${filed.path}" takes or gives a file. Say where files are kept: createApp({ files: … }).`,
    );
  }
  const publicUrl = new URL(options.publicUrl);
  const isAllowedOrigin = createOriginCheck(options.allowedOrigins ?? [publicUrl.origin]);
  const isTrustedProxy = parseTrustedProxies(options.trustProxy ?? "");
  const isOwnHost = options.checkHost === false ? () => true : createHostCheck(publicUrl, isAllowedOrigin);
  const observer = observeApp(options, {
    procedures: rules.map(({ path }) => path),
    services: () => services,
    lease: () => lease,
  });
  const services: Services = createServices(options, observer);
  let lease: Lease | null = null;
  const revocation = new Revocation(services);
  let phase: Phase = "open";
  const isReady = () => phase === "open";

  const http = createHttpApp({
    router: options.router,
    services,
    publicUrl,
    isAllowedOrigin,
    isTrustedProxy,
    webFolder: options.webFolder ?? null,
    readiness: createReadiness({
      isAccepting: isReady,
      isLeaseConfirmed: () => lease?.isOver() === false,
      ping: () => services.db.ping(),
    }),
    metrics: observer.serveMetrics,
    onFailedCall: observer.onFailedCall,
  });
  const headers = transportHeaders(publicUrl);
  // Health is told to all, and figures to whoever has the token, which no page of another site has.
  const openPaths = new Set(observer.serveMetrics ? [...healthPaths, metricsPath] : healthPaths);
  const server = createHttpServer({
    settings: services.settings,
    hasFiles: services.files !== null,
    headers,
    listener: getRequestListener(http.fetch, { overrideGlobalObjects: false }),
    isOwnHost: (request) => isOwnHost(request.headers.host) || openPaths.has(rawPath(request)),
    phase: () => phase,
    isReadable: (request) => parseRequestTarget(request, readClientAddress(request, isTrustedProxy).protocol) !== null,
  });
  server.on("drop", () => {
    if (!services.rateLimits.isNews("drop", performance.now())) return;
    const { maxConnections } = server;
    services.log.error({ maxConnections }, "Connections are dropped: there are as many as this process may have");
  });
  const running = new Set<ServerResponse>();
  server.on("request", (_request, response) => {
    running.add(response);
    response.once("close", () => running.delete(response));
  });
  const wss = createSocketServer(services.settings);
  applyWSSHandler({
    wss,
    router: options.router,
    // Once per connection: it cannot fail, and it does not look up the user.
    createContext: ({ res }): RootContext => ({ caller: requireConnection(res) }),
    maxBatchSize: services.settings.MAX_BATCH,
    experimental_encoder: frames,
    onError: ({ error, path }) => observer.onFailedCall(error, path),
  });
  server.on(
    "upgrade",
    createUpgradeHandler({
      wss,
      services,
      isAllowedOrigin,
      isOwnHost,
      isTrustedProxy,
      headers,
      isReady: () => phase === "open" || phase === "settling",
      watchUpgrade: observer.watchUpgrade,
      revocationCount: () => revocation.count,
      recheckLater: (connections) => revocation.recheckLater(connections),
    }),
  );

  const stops: (() => void | Promise<void>)[] = [];
  let stopRenewing: () => Promise<void> = async () => {};
  let closing: Promise<void> | null = null;
  return {
    services,
    async listen({ port, host }) {
      const { recent } = services;
      // First of all: what is told is forgotten before anything is done about it.
      if (recent) stops.push(recent.start());
      stops.push(services.bus.subscribe((hint, publishedAt) => revocation.handleHint(hint, publishedAt)));
      const onChange = (change: ExternalChange) => {
        recent?.handleExternalChange(change);
        revocation.handleExternalChange(change);
      };
      const pollMs = services.settings.EXTERNAL_POLL_MS;
      stops.push(await services.db.watchExternalChanges(onChange, { pollMs, onLost: () => recent?.doubt("changes") }));
      recent?.trust("changes");
      stops.push(await services.db.watchRows(listWatchedRows(options.router), (topics) => revocation.tellRows(topics)));
      const { stop } = (lease = startLease(services, revocation));
      stops.push(stop, startKeepAlive(services), startMaintenance(services));
      stopRenewing = services.auth.oidc.startRenewing(() => services.connections.sessionIds());
      return open(server, port, host, (err) => {
        const isNews = services.rateLimits.isNews("accept", performance.now());
        if (isNews) services.log.error({ err }, "A connection could not be taken");
      });
    },
    close: (times = {}) => (closing ??= close(times)),
  };

  async function close({ settleMs = 0, drainMs = 3000, finishMs = 3000 }: CloseOptions): Promise<void> {
    phase = "settling";
    // At once: what a provider has answered by the end is kept, and what it has not is lost.
    stops.push(stopRenewing);
    const renewed = stopRenewing();
    for (const response of running) if (!response.headersSent) response.setHeader("connection", "close");
    await pause(settleMs);

    phase = "moving";
    const closed = stopListening(server);
    const done = Promise.all([
      drainSockets(services.connections, { moveMs: drainMs, finishMs }),
      waitUntil(() => running.size === 0, performance.now() + drainMs + finishMs),
      // Nobody is kept by it, and a token that the provider has renewed by then costs no session.
      within(renewed, drainMs + finishMs),
    ]);
    await within(done, drainMs);

    phase = "finishing";
    server.closeIdleConnections();
    await done;
    // It ends what is left of HTTP's own timers as well.
    server.close();
    server.closeAllConnections();
    await within(closed, 2 * lastStepMs);
    // A store that hangs is not waited for for ever: what it leaves is swept.
    await within(services.transfers.endAll(), lastStepMs);
    await within(Promise.all(stops.map(async (stop) => stop())), lastStepMs);
    // What is on its way gets one more chance, not more time than requests have.
    const { audit, mail, throttle } = services.auth;
    await within(Promise.all([mail.flush(), audit.flush(), throttle.flush()]), 2 * lastStepMs);
  }
}

function createServices<Tables extends CoreTables>(options: AppOptions<Tables>, observer: Observer): Services {
  const { db, bus, settings, log, clock = systemClock } = options;
  const { meter, watchRounds, watchCall } = observer;
  const auth = meter ? { ...options.auth, sessions: measuredSessions(options.auth.sessions, meter) } : options.auth;
  const turns = createReadingTurns(db.dialect);
  const hub = new LiveHub({ sessions: auth.sessions, settings, clock, log, turns, watchRounds });
  const cookie = createSessionCookie(options.publicUrl);
  const visitorCookie = createVisitorCookie(options.publicUrl);
  const oidcCookie = createBindingCookie(options.publicUrl);
  const connections = new Connections(() => hub.touchLater(adminTopic.connections));
  const visitorLimit = new RateLimits(visitorsPerHour / 3600, visitorsPerHour);
  const readSnapshot = createSnapshotReader({ settings, db, log, fields: options.snapshotFields ?? null });
  const files = options.files ? createStoredFiles({ ...options, log, clock, files: options.files }) : null;
  const notifications = createNotifications({ db, bus, clock, sessionData: auth.sessionData });
  return {
    db,
    bus,
    auth,
    recent: createRecentPrincipals({ ...options, auth, clock }),
    notifications,
    cookie,
    visitorCookie,
    oidcCookie,
    settings,
    clock,
    log,
    hub,
    readSnapshot,
    connections,
    rateLimits: createCallLimits(settings),
    frameLimits: createFrameLimits(settings),
    floodDoors: new FloodDoors(),
    visitorLimit,
    files,
    transfers: new Transfers(settings),
    readTurns: new HolderTurns(db.dialect === "sqlite" ? 2 : 4),
    userTurns: new UserTurns(),
    meter,
    watchCall,
    traffic: createTraffic(),
    refusalLog: new RefusalLog(log),
  };
}

/** Null where asking the database who is calling costs no round trip. */
function createRecentPrincipals({
  db,
  bus,
  auth,
  settings,
  log,
  clock,
}: Pick<AppOptions<CoreTables>, "bus" | "auth" | "settings" | "log"> & {
  readonly db: Pick<Database, "dialect">;
  readonly clock: Clock;
}): RecentPrincipals | null {
  const isCached = settings.SESSION_CHECK === "cached";
  if (db.dialect === "sqlite") {
    if (isCached)
      log.warn({}, "SESSION_CHECK=cached is ignored on SQLite: asking it for every call costs no more. Leave it out.");
    return null;
  }
  const longestMs = isCached ? settings.LEASE_SECONDS * 1000 : 0;
  return new RecentPrincipals({ sessions: auth.sessions, bus, clock, longestMs });
}

/** One after the other on SQLite, which is in this process. Others are to find a connection free as well. */
function createReadingTurns(dialect: Dialect): TurnQueue {
  return createTurnQueue({ places: dialect === "sqlite" ? 1 : 4, longest: 100_000 });
}

function createStoredFiles<Tables extends CoreTables>({
  db,
  clock,
  log,
  settings,
  files,
}: Pick<AppOptions<Tables>, "db" | "log" | "settings"> & {
  readonly clock: Clock;
  readonly files: FileOptions<Tables>;
}): StoredFiles {
  const uploadMs = settings.TRANSFER_SECONDS * 1000;
  return new StoredFiles({ store: files.store, namedBy: files.namedBy(db.tables), db, clock, log, uploadMs });
}

function createHttpServer(options: {
  readonly settings: Settings;
  readonly hasFiles: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly listener: ReturnType<typeof getRequestListener>;
  phase(): Phase;
  isReadable(request: IncomingMessage): boolean;
  isOwnHost(request: IncomingMessage): boolean;
}): Server {
  const { settings, hasFiles, headers, listener } = options;
  const requestSeconds = Math.max(settings.REQUEST_SECONDS, settings.UPGRADE_SECONDS);
  const server = createServer({
    headersTimeout: settings.UPGRADE_SECONDS * 1000,
    // One for all of a server: where files come, other bodies are watched over here.
    requestTimeout: (hasFiles ? Math.max(requestSeconds, settings.TRANSFER_SECONDS) : requestSeconds) * 1000,
    connectionsCheckingInterval: 1000,
    // What asks for another protocol is a request like any other (Node 24.9; before, it is refused as an upgrade).
    shouldUpgradeCallback: ({ headers: { upgrade } }) => /websocket/i.test(upgrade ?? ""),
  });
  // Sockets are counted at the upgrade; this also bounds connections that send nothing.
  const mostOpen = Math.max(fewestConnections, readOpenFilesLimit() - filesBesides);
  server.maxConnections = Math.min(settings.MAX_CONNECTIONS + connectionsBesides, mostOpen);
  const letIn = oneEachTurn((...exchange: Parameters<typeof listener>) => void listener(...exchange));
  server.on("request", (request, response) => {
    if (hasFiles && !rawPath(request).startsWith(`${filesPath}/`)) endSlowBody(request, requestSeconds * 1000, headers);
    const phase = options.phase();
    // The next request of this client is for another server.
    if (phase !== "open") response.setHeader("connection", "close");
    // It lives until it has finished: told otherwise, whoever watches it would kill it before.
    if (phase === "finishing" && rawPath(request) !== livenessPath) return refuseWhenLeaving(response, headers);
    const isReadable = options.isReadable(request);
    if (isReadable && options.isOwnHost(request)) return letIn(request, response);
    const message = isReadable
      ? "This Host is not served here. Name it in PUBLIC_URL or ALLOWED_ORIGINS if it is yours."
      : "The URL or the Host of the request cannot be read.";
    response.writeHead(400, { ...headers, "content-type": "application/json; charset=utf-8", connection: "close" });
    response.end(JSON.stringify({ error: { message } }));
  });
  // Without a listener Node closes without a word.
  server.on("connect", (_request, tcp) => {
    tcp.on("error", () => tcp.destroy());
    tcp.end(writeHead("405 Method Not Allowed", { Allow: "GET, HEAD, POST", ...headers }));
  });
  // Without a listener Node answers with 400 and closes; the same, but a socket already gone is left alone.
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end(writeHead("400 Bad Request", headers));
    else socket.destroy();
  });
  return server;
}

function refuseWhenLeaving(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const message = "The server is being restarted. Nothing was done. Try again.";
  response.writeHead(503, { ...headers, "content-type": "application/json; charset=utf-8", "retry-after": "1" });
  response.end(JSON.stringify({ error: { message } }));
}

/** A body that is not there in time is not waited for, as Node's own `requestTimeout` does it. */
function endSlowBody(request: IncomingMessage, withinMs: number, headers: Readonly<Record<string, string>>): void {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (!hasBody) return;
  const timer = setTimeout(() => {
    if (!request.complete)
      request.socket.end(writeHead("408 Request Timeout", headers), () => request.socket.destroy());
  }, withinMs).unref();
  request.once("close", () => clearTimeout(timer));
}

/**
 * Lets no new connection in; resolves when none is left, of sockets neither. Not HTTP's own `close`: that destroys whatever
 * is between two requests at once, also what is about to bring one.
 */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => void NetServer.prototype.close.call(server, () => resolve()));
}

function createSocketServer(settings: Settings): WebSocketServer {
  // Named first: the published types do not know `maxFragments` and `closeTimeout` yet.
  const options = {
    noServer: true,
    WebSocket: GuardedSocket,
    maxPayload: settings.MAX_FRAME_BYTES,
    maxFragments: settings.MAX_FRAGMENTS,
    perMessageDeflate: false,
    clientTracking: false,
    // A session's end does not wait for it: see `GuardedSocket`.
    closeTimeout: 2000,
  };
  return new WebSocketServer(options);
}

function requireConnection(socket: unknown): NonNullable<GuardedSocket["connection"]> {
  const connection = socket instanceof GuardedSocket ? socket.connection : null;
  if (connection === null) throw new Error("A socket came in past the upgrade guard.");
  return connection;
}

/** `onError` hears of connections that could not be taken: the process may have no more files to open (EMFILE). */
function open(server: Server, port: number, host: string, onError: (error: Error) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off("error", reject);
      server.on("error", onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
