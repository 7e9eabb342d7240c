import { setTimeout as pause } from "node:timers/promises";

import { type HistoryEvent, readProbe, type Topology, withDatabase, type Workload } from "@app/workload";

import { type Asked, Bystander } from "../bystander.ts";
import type { FaultOptions, FaultReport } from "../fault.ts";
import { atLeast, atMost, brokenRules, countAcknowledged, noneOf, percentile, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";
import { timeUntilSuccess } from "../time-until-success.ts";

/** REL-20: another process holds the write lock of the SQLite file, for moments and for longer than anybody waits. */
export async function lock({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  // What a write may wait is shorter in the short form, so that it is over soon.
  const statementMs = isLong ? 5000 : 1500;
  const holds = Array.from({ length: isLong ? 10 : 1 }, () => [100, 1000, 2 * statementMs]).flat();
  const held: Held[] = [];
  const options = {
    database: "sqlite",
    seed,
    clients: isLong ? 20 : 6,
    env: { PROBE: "on", STATEMENT_MS: String(statementMs) },
  } as const;
  const { evidence, violations } = await play(options, async (topology, workload) => {
    const bystander = await Bystander.arrive(topology.url);
    for (const [index, holdMs] of holds.entries()) {
      await pause(300);
      tell(`lock ${index + 1} of ${holds.length}, ${holdMs} ms`);
      held.push(await holdLock({ topology, workload, bystander, holdMs }));
    }
  });

  const how = `${holds.length} locks of 0.1 s, 1 s and ${(2 * statementMs) / 1000} s, ${countAcknowledged(evidence)} acknowledged writes, SQLite`;
  const asked = held.flatMap((one) => one.asked);
  const stalls = held.flatMap(({ stallsMs }) => stallsMs);
  const refused = evidence.history.filter(isBusy).map((event) => event.t - askedAt(evidence.history, event));
  const times = (path: string) => asked.filter((one) => one.path === path).map(({ tookMs }) => tookMs);
  const ofOthers = (path: string) => `${times(path).length} times, while the lock was held`;
  return {
    violations,
    figures: [
      atMost(
        {
          name: "longest stall of the event loop while the lock is held",
          most: 50,
          unit: "ms",
          how: `looked at every 5 ms, time the machine gave to others taken off; ${how}`,
          row: "stall",
        },
        Math.max(...stalls),
      ),
      atLeast({ name: "writes that waited for their deadline and were refused", least: 1, how }, refused.length),
      timeWithin(
        {
          name: "refused writes waited, longest",
          mostMs: statementMs + 1000,
          how: `${refused.length} refused with 503; ${how}`,
        },
        Math.max(0, ...refused),
      ),
      brokenRules(violations, { name: "other answers than a success or a clean refusal", rules: ["I11"], how }),
      noneOf(
        asked.filter(({ status }) => status !== 200).map((one) => JSON.stringify(one)),
        {
          name: "reads and windows of others that failed",
          how: `${asked.length} of them, while the lock was held`,
        },
      ),
      timeWithin(
        { name: "reads of others, p99", mostMs: 250, how: ofOthers("note.list") },
        percentile(times("note.list"), 0.99),
      ),
      timeWithin(
        { name: "first frame in a new window of others, p99", mostMs: 500, how: ofOthers("note.live") },
        percentile(times("note.live"), 0.99),
      ),
      timeWithin(
        { name: "first write that succeeds after the release, longest", mostMs: 1000, how },
        Math.max(...held.map(({ backMs }) => backMs)),
      ),
      brokenRules(violations, { name: "acknowledged writes lost", rules: ["I1"], how }),
      brokenRules(violations, { name: "refused writes found, or keys used twice", rules: ["I2", "I3"], how }),
    ],
  };
}

interface Held {
  readonly stallsMs: readonly number[];
  readonly asked: readonly Asked[];
  /** From the release to the first success of a write. */
  readonly backMs: number;
}

/** This process is the other one: it begins a transaction that writes nothing. */
async function holdLock(scene: {
  readonly topology: Topology;
  readonly workload: Workload;
  readonly bystander: Bystander;
  readonly holdMs: number;
}): Promise<Held> {
  const { topology, workload, bystander, holdMs } = scene;
  const [server] = topology.servers;
  return withDatabase(topology.databaseUrl, async (run) => {
    await run("begin immediate");
    // What a look at the loop covers began before: the first line after the lock is of both.
    await pause(probeMs);
    const from = server?.output.length ?? 0;
    const asked: Asked[] = [];
    const until = performance.now() + holdMs - probeMs;
    const keepAsking = async (ask: () => Promise<Asked>) => {
      while (performance.now() < until) {
        asked.push(await ask());
        await pause(50);
      }
    };
    await Promise.all([keepAsking(() => bystander.read()), keepAsking(() => bystander.openWindow())]);
    const stallsMs = readProbe(server?.output.slice(from) ?? "").map(({ stallMs }) => stallMs);
    await run("rollback");
    const backMs = await timeUntilSuccess(workload, isWrite);
    return { stallsMs, asked, backMs };
  });
}

/** A line of the probe comes about so often. */
const probeMs = 110;

function isWrite({ op }: HistoryEvent): boolean {
  return op !== "listNotes" && op !== "useOldSession" && op !== "signOut";
}

function isBusy({ phase, code }: HistoryEvent): boolean {
  return phase === "fail" && code === "UNAVAILABLE";
}

function askedAt(history: readonly HistoryEvent[], { key }: HistoryEvent): number {
  return history.find((event) => event.key === key && event.phase === "invoke")?.t ?? Number.NaN;
}
