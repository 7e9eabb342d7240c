import {
  makeMembers,
  readMetrics,
  residentMegabytes,
  startTopology,
  type Topology,
  type Violation,
  withDatabase,
} from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";
import { atMost, timeWithin } from "../figures.ts";

import { busiestShare } from "./busiest-share.ts";
import { countStatements } from "./count-statements.ts";
import { type Crowd, startCrowd } from "./start-crowd.ts";

/**
 * REL-50: thousands of pages lose their server at once, by its death and by its replacement, and come back when the real client
 * would. Meanwhile all they are shown has changed, past the servers.
 */
export async function crowd(options: FaultOptions): Promise<FaultReport> {
  const reports: FaultReport[] = [];
  const databases = options.length === "long" ? (["sqlite", "postgres"] as const) : (["sqlite"] as const);
  for (const database of databases) reports.push(await loseServer(database, options));
  return {
    violations: reports.flatMap(({ violations }) => violations),
    figures: reports.flatMap(({ figures }) => figures),
  };
}

const names = { sqlite: "SQLite", postgres: "PostgreSQL" };
const quickDrain = { DRAIN_SETTLE_SECONDS: "0", DRAIN_SECONDS: "3" };
const patienceMs = 60_000;
const longestMs = 15_000;

async function loseServer(database: "postgres" | "sqlite", { length, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const size = isLong ? 5000 : 300;
  // The clients come to the server itself: a balancer of ours in between would be what is measured.
  await using topology = await startTopology({ database, replicas: 1, env: isLong ? {} : quickDrain });
  const [server] = topology.servers;
  if (!server) throw new Error("There is no server.");
  const statements = database === "postgres" ? await countStatements(topology) : null;
  const idleMegabytes = residentMegabytes(server.pid ?? 0);
  const members = await makeMembers(topology.databaseUrl, topology.url, size);
  tell(`${size} clients come to ${names[database]}`);
  const cookies = members.map(({ cookie }) => cookie);
  await using all = await startCrowd({
    port: server.port,
    origin: topology.url,
    cookies,
    processes: isLong ? 2 : 1,
  });

  tell("the server is killed");
  const killed = await comeBack(topology, all, async (change) => {
    await server.kill();
    await change();
    await statements?.reset();
    await server.start();
  });
  const kilobytes = ((residentMegabytes(server.pid ?? 0) - idleMegabytes) * 1024) / size;
  const asked = statements
    ? { what: "statements", most: 8, count: await statements.read() }
    : {
        what: "readings of a session",
        most: 4,
        count: (await readMetrics(server.url)).get("countersign_sessions_read_total") ?? Number.NaN,
      };
  tell("the server is replaced");
  const replaced = await comeBack(topology, all, async (change) => {
    const { ended } = await server.replace();
    await change();
    await ended;
  });

  const how = `${size} clients with 2 subscriptions each, ${names[database]}`;
  const violations = topology
    .exits()
    .filter(({ isAskedFor }) => !isAskedFor)
    .map((exit): Violation => ({ rule: "I10", what: `A server ended: ${JSON.stringify(exit)}`, shownBy: [] }));
  return {
    violations,
    figures: [
      ...figuresOf(killed, "SIGKILL", how),
      timeWithin(
        {
          name: "all live after a SIGKILL, the start included, with what has changed",
          mostMs: longestMs,
          how,
          row: "crowd",
        },
        killed.allLiveMs,
      ),
      ...figuresOf(replaced, "replacement", how),
      timeWithin(
        { name: "longest without a socket over a replacement", mostMs: longestMs, how },
        replaced.longestAwayMs,
      ),
      atMost({ name: "memory of the server per connection", most: 100, unit: "KB", how }, kilobytes),
      atMost({ name: `${asked.what} per client that came back`, most: asked.most, how }, asked.count / size),
      { name: "servers that ended", target: "0", seen: String(violations.length), isMet: violations.length === 0, how },
    ],
  };
}

interface Return {
  /** From the beginning until the last client was live; infinite when some never were. */
  readonly allLiveMs: number;
  readonly longestAwayMs: number;
  readonly triedShare: number;
  /** Clients that are not live, by what they lack. */
  readonly missing: Readonly<Record<string, number>>;
  readonly refused: readonly string[];
  readonly tries: number;
}

/** Does something to the server, and sees everybody come back and be shown what has changed meanwhile. */
async function comeBack(
  { databaseUrl }: Topology,
  all: Crowd,
  happen: (change: () => Promise<void>) => Promise<void>,
): Promise<Return> {
  const news = `news ${Date.now()}`;
  await all.expect(news);
  const startedAt = Date.now();
  await happen(() => changeAll(databaseUrl, news));
  const isComplete = await all.allLive(patienceMs);
  const { triedAt, liveAt, refused, longestAwayMs } = all.seen();
  return {
    allLiveMs: isComplete ? Math.max(...liveAt) - startedAt : Number.POSITIVE_INFINITY,
    longestAwayMs,
    triedShare: busiestShare(triedAt, startedAt, all.size),
    missing: isComplete ? {} : await all.missing(),
    refused,
    tries: triedAt.length,
  };
}

/** Everybody's name, and everybody's note. */
function changeAll(databaseUrl: string, news: string): Promise<void> {
  return withDatabase(databaseUrl, async (run) => {
    await run(`update users set first_name = '${news}'`);
    await run(`update notes set title = '${news}', version = version + 1`);
  });
}

function figuresOf(seen: Return, by: string, common: string): readonly Figure[] {
  const how = `${common}, ${seen.tries} tries`;
  const missing = Object.entries(seen.missing).map(([what, count]) => `${count} without ${what}`);
  const refused = seen.refused.length;
  return [
    {
      name: `clients that did not come back after a ${by}`,
      target: "0",
      seen: missing.join(", ") || "0",
      isMet: missing.length === 0,
      how,
    },
    {
      name: `subscriptions refused after a ${by}`,
      target: "0",
      seen: refused === 0 ? "0" : `${refused}: ${seen.refused[0]?.slice(0, 200)}`,
      isMet: refused === 0,
      how,
    },
    atMost(
      { name: `of the clients tried in one second after a ${by}`, most: 25, unit: "%", how },
      seen.triedShare * 100,
    ),
  ];
}
