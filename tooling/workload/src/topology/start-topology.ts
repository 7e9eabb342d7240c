import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  type AppServer,
  findRedis,
  type OwnPostgres,
  type OwnRedis,
  startOwnPostgres,
  startOwnRedis,
  startServer,
} from "@app/services";

import { type Balancer, startBalancer } from "../balancer/balancer.ts";
import type { Exit } from "../checker/evidence.ts";
import type { Protection } from "../server/switched-off.ts";

export interface TopologyOptions {
  /** On SQLite there is one server; on PostgreSQL three, unless `replicas` says otherwise. */
  readonly database: "postgres" | "sqlite";
  /** How the servers tell each other. Default: `postgres` on PostgreSQL, `memory` on SQLite. */
  readonly bus?: "memory" | "postgres" | "redis";
  readonly replicas?: number;
  /** What the servers are run without, to see that it is noticed. */
  readonly switchedOff?: readonly Protection[];
  /** Settings of the servers, by the names of their variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** What differs from server to server. */
  readonly envOf?: (place: number) => Readonly<Record<string, string>>;
  /** At the end of the database's url, as in `?options=…`. */
  readonly urlSuffix?: string;
  /** Gives each server a network of its own to what carries the bus, instead of one for all. */
  readonly hasOwnBusNetworks?: boolean;
  /** Puts a network between the servers and PostgreSQL. */
  readonly hasDatabaseNetwork?: boolean;
}

/** Servers as they are run together: processes of their own, behind a balancer, on a database of their own. */
export interface Topology extends AsyncDisposable {
  /** Where browsers reach the site: the balancer. */
  readonly url: string;
  readonly balancer: Balancer;
  readonly servers: readonly AppServer[];
  /** For reading past the servers. */
  readonly databaseUrl: string;
  readonly postgres: OwnPostgres | null;
  readonly redis: OwnRedis | null;
  /** What stands between the servers and what carries their bus; null when that is this process's memory. */
  readonly busNetwork: Balancer | null;
  /** The same for each server, where they have networks of their own; the one of all is null then. */
  readonly busNetworks: readonly Balancer[];
  /** What stands between the servers and PostgreSQL; null unless it was asked for. */
  readonly databaseNetwork: Balancer | null;
  exits(): readonly Exit[];
}

/** Starts it all. The servers are the workload's own, over the product's `createApp`: see `src/server`. */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const { database, bus = database === "postgres" ? "postgres" : "memory", switchedOff = [] } = options;
  await using stack = new AsyncDisposableStack();
  const postgres = database === "postgres" ? stack.use(await startOwnPostgres()) : null;
  const redis = bus === "redis" ? stack.use(await startRedis()) : null;
  const databaseUrl = postgres ? await postgres.createDatabase() : await makeSqliteFile(stack);
  const carrierUrl = bus === "redis" ? redis?.url : bus === "postgres" ? databaseUrl : undefined;
  const putNetwork = async (url: string | undefined) => {
    const network = await putNetworkBefore(url);
    if (network) stack.use(network.balancer);
    return network;
  };
  const replicas = options.replicas ?? (database === "postgres" ? 3 : 1);
  const databaseNetwork = options.hasDatabaseNetwork && postgres ? await putNetwork(databaseUrl) : null;
  const busNetwork = options.hasOwnBusNetworks ? null : await putNetwork(carrierUrl);
  const busNetworks = options.hasOwnBusNetworks
    ? await Promise.all(Array.from({ length: replicas }, () => putNetwork(carrierUrl)))
    : [];
  const balancer = stack.use(await startBalancer());

  const env = {
    ...roomySettings,
    ...options.env,
    NODE_ENV: "test",
    PUBLIC_URL: balancer.url,
    DATABASE_URL: (databaseNetwork?.url ?? databaseUrl) + (options.urlSuffix ?? ""),
    BUS: bus,
    SWITCHED_OFF: switchedOff.join(","),
    METRICS_TOKEN: metricsToken,
  };
  const start = (index: number) =>
    startServer(serverEntry, {
      ...env,
      ...options.envOf?.(index),
      BUS_URL: (busNetworks[index] ?? busNetwork)?.url ?? "",
    });
  // The first one migrates; the others find it done.
  const first = stack.use(await start(0));
  const others = await Promise.all(Array.from({ length: replicas - 1 }, (_, index) => start(index + 1)));
  const servers: readonly AppServer[] = [first, ...others.map((server) => stack.use(server))];
  balancer.ports = servers.map(({ url }) => Number(new URL(url).port));

  const kept = stack.move();
  return {
    url: balancer.url,
    balancer,
    servers,
    databaseUrl,
    postgres,
    redis,
    busNetwork: busNetwork?.balancer ?? null,
    busNetworks: busNetworks.flatMap((network) => network?.balancer ?? []),
    databaseNetwork: databaseNetwork?.balancer ?? null,
    exits: () =>
      servers.flatMap(({ exits }, index) => exits.map((exit) => ({ server: `server ${index + 1}`, ...exit }))),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What opens `/metrics` of these servers. */
export const metricsToken = "metrics-of-the-workload";

const serverEntry = join(import.meta.dirname, "../server/main.ts");

/** All clients come from one address, and sign in again and again. */
const roomySettings = {
  REGISTER_ATTEMPTS: "100000",
  LOGIN_ATTEMPTS: "100000",
  MAX_CONNECTIONS_PER_IP: "20000",
  // The balancer asks nobody whether they are ready.
  DRAIN_SETTLE_SECONDS: "0",
  DRAIN_SECONDS: "3",
};

async function startRedis(): Promise<OwnRedis> {
  const program = await findRedis();
  if (program === null) throw new Error("There is no redis-server. Install it, or leave this run out.");
  return startOwnRedis(program);
}

async function makeSqliteFile(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-workload-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, "workload.db")}`;
}

/** The same url, through a network that can be cut. */
async function putNetworkBefore(
  url: string | undefined,
): Promise<{ readonly balancer: Balancer; readonly url: string } | null> {
  if (url === undefined) return null;
  const through = new URL(url);
  const balancer = await startBalancer([Number(through.port)]);
  through.port = String(balancer.port);
  through.hostname = "localhost";
  return { balancer, url: through.href };
}
