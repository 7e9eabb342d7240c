import { setTimeout as pause } from "node:timers/promises";

import {
  type HistoryEvent,
  openStalledReaders,
  readMetrics,
  residentMegabytes,
  type StalledReaders,
  type Topology,
  withDatabase,
  type Workload,
} from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { atMost, percentile, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";

/**
 * REL-40: first all read, so that it is known what that costs; then twenty stop, while what they would be shown goes on
 * changing and others work on.
 */
export async function stopReading({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const readers = isLong ? 20 : 8;
  const workers = isLong ? 20 : 4;
  let seen: Seen | null = null;
  const env = isLong ? {} : { SLOW_READER_SECONDS: "3" };
  const { violations } = await play({ database: "sqlite", seed, clients: workers, env }, async (topology, workload) => {
    const [server] = topology.servers;
    if (!server) throw new Error("There is no server.");
    // Not through the balancer, which takes some for those who do not read.
    const options = { url: server.url, origin: topology.url, bodyLength };
    tell("all read");
    using attentive = await openStalledReaders(readers, { ...options, name: "attentive" });
    const before = await watch(server, workload, attentive, { untilCut: 0, mostMs: isLong ? 20_000 : 1000 });
    attentive[Symbol.dispose]();
    tell(`${readers} stop reading`);
    // Others: the system takes more for those who have read much.
    using windows = await openStalledReaders(readers, { ...options, name: "stalled" });
    windows.stall();
    const after = await watch(server, workload, windows, { untilCut: readers, mostMs: patienceMs });
    seen = { before, after, codes: await windows.closeCodes() };
    // They are not of the workload, whose checker knows all rows there should be.
    await withDatabase(topology.databaseUrl, (run) =>
      run("delete from notes where owner_id in (select id from users where username in ('attentive', 'stalled'))"),
    );
  });
  if (seen === null) throw new Error("Nothing was seen.");
  const { before, after, codes }: Seen = seen;

  const how = `${readers} clients with 2 lists of ${(bodyLength * 100) / 1000} KB, ${after.changes} changes, ${workers} others at work, SQLite`;
  const told = codes.filter((code) => code === 4408).length;
  const times = (after.p99 / before.p99).toFixed(2);
  const notCut = readers - after.cut;
  return {
    violations,
    figures: [
      {
        name: "clients that read nothing and were not cut",
        target: "0",
        seen: String(notCut),
        isMet: notCut === 0,
        how,
      },
      timeWithin(
        { name: "until all who had stopped reading were cut", mostMs: 10_000, how, row: "stalled" },
        after.tookMs,
      ),
      { name: "of them told why (4408)", target: String(readers), seen: String(told), isMet: told === readers, how },
      atMost(
        { name: "unread in the server per client", most: 2048, unit: "KB", how, row: "stalled" },
        after.unread / 1024 / readers,
      ),
      atMost(
        { name: "memory beyond that when all read", most: 50, unit: "MB", how },
        after.megabytes - before.megabytes,
      ),
      {
        name: "p99 of the others' calls, compared with that when all read",
        row: "stalled",
        target: "< 2 ×",
        seen: `${times} × (${before.p99.toFixed(0)} and ${after.p99.toFixed(0)} ms)`,
        isMet: after.p99 < 2 * before.p99,
        how,
      },
    ],
  };
}

/** Characters of each of a hundred rows: what the system takes for those who read nothing, some megabytes, is soon full. */
const bodyLength = 5000;
const patienceMs = 30_000;
const changeEveryMs = 100;

interface Seen {
  readonly before: Phase;
  readonly after: Phase;
  readonly codes: readonly number[];
}

interface Phase {
  readonly tookMs: number;
  readonly changes: number;
  readonly cut: number;
  /** The most that waited for all readers together, in bytes. */
  readonly unread: number;
  /** The most memory the server held. */
  readonly megabytes: number;
  /** Of the calls of those at work, in milliseconds. */
  readonly p99: number;
}

/** Changes the rows until so many readers were cut, or the time is over. */
async function watch(
  server: Topology["servers"][number],
  { history }: Workload,
  windows: StalledReaders,
  { untilCut, mostMs }: { readonly untilCut: number; readonly mostMs: number },
): Promise<Phase> {
  const from = history.now();
  let [changes, cut, unread, megabytes] = [0, 0, 0, 0];
  while (history.now() - from < mostMs && (untilCut === 0 || cut < untilCut)) {
    const [hasChanged, metrics] = await Promise.all([windows.change(), readMetrics(server.url), pause(changeEveryMs)]);
    if (hasChanged) changes += 1;
    cut = metrics.get('countersign_sockets_cut_total{why="slow_reader"}') ?? Number.NaN;
    unread = Math.max(unread, metrics.get("countersign_buffered_bytes") ?? Number.NaN);
    megabytes = Math.max(megabytes, residentMegabytes(server.pid ?? 0));
  }
  return {
    tookMs: history.now() - from,
    changes,
    cut,
    unread,
    megabytes,
    p99: percentile(timesOf(history.events, from), 0.99),
  };
}

/** How long each call over a socket took that was begun since. Signing in and out goes over HTTP, and hashes passwords. */
function timesOf(events: readonly HistoryEvent[], from: number): number[] {
  const begun = new Map(events.filter(({ t, phase }) => phase === "invoke" && t >= from).map(({ key, t }) => [key, t]));
  return events
    .filter(({ op, phase }) => phase === "ok" && op !== "signOut" && op !== "useOldSession")
    .flatMap(({ key, t }) => {
      const at = begun.get(key);
      return at === undefined ? [] : [t - at];
    });
}
