import type { AnyRouter } from "@trpc/server";

import {
  type Auth,
  type Clock,
  createAuth,
  type Mail,
  type OidcOptions,
  type Principal,
  systemClock,
} from "@countersign/auth";
import { type Bus, createMemoryBus } from "@countersign/bus";
import { defaultSettings, type Settings } from "@countersign/contract";
import {
  coreMigrations,
  coreTables,
  type CoreTables,
  type Database,
  type MigrationSet,
  openDatabase,
  type OpenDatabaseOptions,
  type TableSet,
} from "@countersign/db";

import { type App, createApp } from "../app.ts";
import type { FileOptions } from "../files/stored-files.ts";
import type { SnapshotFields } from "../live/snapshot-fields.ts";
import type { Metrics } from "../observe/meter.ts";
import type { Log } from "../services.ts";

import { RawSocket } from "./raw-socket.ts";

export interface TestAppOptions<Tables extends CoreTables> {
  readonly router: AnyRouter;
  readonly databaseUrl: string;
  /** What the database may take, other than by default. */
  readonly databaseLimits?: Pick<OpenDatabaseOptions<CoreTables>, "lockTimeoutMs" | "poolSize" | "statementTimeoutMs">;
  readonly tables?: TableSet<Tables>;
  readonly migrations?: readonly MigrationSet[];
  readonly permissions?: readonly string[];
  readonly settings?: Partial<Settings>;
  readonly clock?: Clock;
  readonly bus?: Bus;
  /** Hears of no change made elsewhere or here: only reading again tells. For testing the lease. */
  readonly isDeaf?: boolean;
  readonly trustProxy?: string;
  readonly allowedOrigins?: readonly string[];
  /** Refuse a foreign Host, as in production? Most tests call by address. */
  readonly checkHost?: boolean;
  /** Where the built web app is. */
  readonly webFolder?: string;
  /** Where browsers reach the app, when a proxy stands before it. */
  readonly publicUrl?: string;
  readonly snapshotFields?: SnapshotFields<Tables>;
  readonly files?: FileOptions<Tables>;
  readonly metrics?: Metrics;
  readonly metricsToken?: string;
  /** Who else people may sign in with; on this machine too. */
  readonly oidc?: OidcOptions;
  /** Writes down what happens with each call as well. Default: warnings and errors. */
  readonly logsCalls?: boolean;
  /** Where log lines go, instead of into `logged`. */
  readonly log?: Log;
}

/** An app on a port of its own, with a real database behind it. */
export interface TestApp<Tables extends CoreTables = CoreTables> extends AsyncDisposable {
  readonly url: string;
  readonly app: App;
  readonly db: Database<Tables>;
  readonly auth: Auth;
  readonly bus: Bus;
  /** What was logged as a warning or an error; of each call as well, if asked for. */
  readonly logged: readonly { readonly level: string; readonly message: string; readonly facts: object }[];
  /** The mails sent since it was last asked, those still on their way included. */
  takeMails(): Promise<readonly Mail[]>;
  /** Makes a user and signs them in. */
  signIn(username: string): Promise<TestUser>;
  /** Calls over HTTP as a page of this site would. */
  http(path: string, options?: HttpCall): Promise<Response>;
  open(cookie?: string, headers?: Readonly<Record<string, string>>): Promise<RawSocket>;
}

export interface HttpCall {
  readonly method?: "GET" | "POST";
  readonly input?: unknown;
  readonly cookie?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestUser {
  readonly id: string;
  readonly principal: Principal;
  readonly password: string;
  /** The `Cookie` header of the browser they signed in with. */
  readonly cookie: string;
  open(): Promise<RawSocket>;
  /** Signs in once more, as from another device. */
  signInAgain(): Promise<TestUser>;
}

/** Starts the app on a free port; leaving the block stops it and closes the database. */
export async function startTestApp<Tables extends CoreTables = CoreTables>(
  options: TestAppOptions<Tables>,
): Promise<TestApp<Tables>> {
  const settings: Settings = { ...defaultSettings, ...options.settings };
  // The cast: without tables of the app's own, the core ones are all there are.
  const tables = options.tables ?? (coreTables as unknown as TableSet<Tables>);
  const opened = await openDatabase(options.databaseUrl, {
    tables,
    migrations: [coreMigrations, ...(options.migrations ?? [])],
    ...options.databaseLimits,
  });
  const db = options.isDeaf ? withoutChanges(opened) : opened;
  const bus = options.bus ?? (options.isDeaf ? createDeafBus() : createMemoryBus());
  const clock = options.clock ?? systemClock;
  const permissions = options.permissions ?? [];
  // The port is known only when the server listens, and the public URL holds the port: so a free one is found first.
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const { trustProxy = "", allowedOrigins = [url], publicUrl = url } = options;
  const { log: ownLog, logged } = createLog(options.logsCalls ?? false);
  const { log = ownLog } = options;
  const mails: Mail[] = [];
  const mailer = { send: async (mail: Mail) => void mails.push(mail) };
  const oidc = options.oidc && { allowLoopback: true, ...options.oidc };
  const onError = (err: unknown) => log.error({ err }, "A failure that nobody waits for");
  const auth = createAuth({
    db,
    bus,
    settings,
    permissions,
    clock,
    mailer,
    publicUrl,
    ...(oidc ? { oidc, onError } : {}),
  });
  const app = createApp({
    router: options.router,
    db,
    bus,
    auth,
    settings,
    log,
    publicUrl,
    allowedOrigins,
    trustProxy,
    permissions,
    clock,
    checkHost: options.checkHost ?? false,
    webFolder: options.webFolder ?? null,
    metrics: options.metrics ?? null,
    metricsToken: options.metricsToken ?? null,
    ...(options.files ? { files: options.files } : {}),
    ...(options.snapshotFields ? { snapshotFields: options.snapshotFields } : {}),
  });
  await app.listen({ port, host: "127.0.0.1" });

  const testApp: TestApp<Tables> = {
    url,
    app,
    db,
    auth,
    bus,
    logged,
    async takeMails() {
      await auth.mail.flush();
      return mails.splice(0);
    },
    signIn: (username) => register(testApp, username),
    http: (path, call = {}) => callHttp(url, path, call),
    open: (cookie, headers) => RawSocket.open({ url: `${url}/trpc`, cookie, ...(headers ? { headers } : {}) }),
    async [Symbol.asyncDispose]() {
      for (const connection of app.services.connections) connection.socket.terminate();
      await app.close({ drainMs: 500, finishMs: 2500 });
      await bus.close();
      await db.close();
    },
  };
  return testApp;
}

/** What making a user needs of the app, whatever its tables. */
type Registered = Pick<TestApp, "app" | "auth" | "open">;

async function register(testApp: Registered, username: string): Promise<TestUser> {
  const password = `${username}: a password of some length`;
  const from = { ip: "127.0.0.1", userAgent: "test", presented: null };
  const result = await testApp.auth.accounts.register({ username, password }, from);
  if (result.status !== "signed-in") throw new Error(`${username} could not be registered: ${JSON.stringify(result)}`);
  return toUser(testApp, username, password, result);
}

function toUser(
  testApp: Registered,
  username: string,
  password: string,
  { principal, token }: { readonly principal: Principal; readonly token: string },
): TestUser {
  const cookie = `${testApp.app.services.cookie.name}=${token}`;
  return {
    id: principal.user.id,
    principal,
    password,
    cookie,
    open: () => testApp.open(cookie),
    async signInAgain() {
      const from = { ip: "127.0.0.1", userAgent: "test", presented: null };
      const result = await testApp.auth.accounts.login({ login: username, password }, from);
      if (result.status !== "signed-in") throw new Error(`${username} could not sign in again: ${result.status}`);
      return toUser(testApp, username, password, result);
    },
  };
}

function callHttp(
  url: string,
  path: string,
  { method = "POST", input, cookie, headers = {} }: HttpCall,
): Promise<Response> {
  const common = { origin: url, ...(cookie === undefined ? {} : { cookie }) };
  if (method === "GET") {
    const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return fetch(`${url}/trpc/${path}${query}`, { headers: { ...common, ...headers } });
  }
  const body = input === undefined ? null : JSON.stringify(input);
  return fetch(`${url}/trpc/${path}`, {
    method,
    body,
    headers: { ...common, "content-type": "application/json", ...headers },
  });
}

/** The same database, which tells of no change by others. */
function withoutChanges<Tables extends CoreTables>(db: Database<Tables>): Database<Tables> {
  const deaf = { value: async () => async () => {} };
  return Object.create(db, { watchExternalChanges: deaf, watchRows: deaf }) as Database<Tables>;
}

/** Delivers nothing. */
function createDeafBus(): Bus {
  const counts = { published: 0, received: 0, gaps: 0 };
  return { isConnected: false, counts, publish() {}, subscribe: () => () => {}, async close() {} };
}

function createLog(logsCalls: boolean): { log: Log; logged: { level: string; message: string; facts: object }[] } {
  const logged: { level: string; message: string; facts: object }[] = [];
  const write = (level: string) => (facts: object, message: string) => void logged.push({ level, message, facts });
  const log = {
    debug: logsCalls ? write("debug") : () => {},
    info: () => {},
    warn: write("warn"),
    error: write("error"),
    isLevelEnabled: () => logsCalls,
  };
  return { log, logged };
}

async function findFreePort(): Promise<number> {
  const { createServer } = await import("node:net");
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
