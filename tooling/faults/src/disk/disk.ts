import { setTimeout as pause } from "node:timers/promises";

import type { Exit, HistoryEvent, Topology, Violation, Workload } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { atLeast, brokenRules, countAcknowledged, noneOf, percentile, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";
import { timeUntilSuccess } from "../time-until-success.ts";

import { canTrace, trace } from "./trace.ts";

/**
 * REL-10: the disk of the SQLite file says now and then that it is full, and then that it could not keep what was written,
 * after which the server ends by itself and is started again. Before that, what it costs the disk to acknowledge is counted.
 *
 * @throws where strace is not there, or may not look
 */
export async function disk({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  if (!canTrace()) throw new Error("It takes strace, which makes a disk fail, and the right to use it. Install it.");
  const isLong = length === "long";
  const failures = isLong ? 50 : 1;
  const ends: (number | null)[] = [];
  const backMs: number[] = [];
  let counted: Counted = { syncs: 0, commits: 0 };
  let refusedWhenFull = 0;
  const { evidence, violations } = await play(
    { database: "sqlite", seed, clients: isLong ? 20 : 6 },
    async (topology, workload) => {
      tell("counting");
      counted = await countSyncs(topology, workload, isLong ? 30_000 : 1500);
      tell("the disk is full now and then");
      refusedWhenFull = await beFull(topology, workload, isLong ? 60_000 : 2000);
      for (let count = 1; count <= failures; count += 1) {
        tell(`failure ${count} of ${failures}`);
        const end = await failSync(topology, isLong ? 20 + (count % 40) : 20);
        ends.push(end?.code ?? null);
        await topology.servers[0]?.start();
        backMs.push(await timeUntilSuccess(workload));
      }
    },
  );

  const how = `${countAcknowledged(evidence)} acknowledged writes, SQLite`;
  const ofFailures = `${failures} times fsync failed with EIO; ${how}`;
  // Those are what is to happen.
  const others = violations.filter((violation) => !isEndByDisk(violation));
  return {
    violations: others,
    figures: [
      atLeast(
        {
          name: "syncs per acknowledged commit",
          least: 1,
          how: `${counted.syncs} fsync and fdatasync of the process, ${counted.commits} acknowledged writes, SQLite`,
          row: "syncs",
        },
        counted.syncs / Math.max(1, counted.commits),
      ),
      atLeast(
        {
          name: "writes refused while the disk was full now and then",
          least: 1,
          how: `every 40th write of the process answered with ENOSPC for ${isLong ? 60 : 2} s; ${how}`,
        },
        refusedWhenFull,
      ),
      noneOf(
        ends.filter((code) => code !== endedByDisk).map((code) => `code ${code}`),
        { name: "ends after a failed fsync with another code than 74", how: ofFailures },
      ),
      brokenRules(others, { name: "acknowledged writes lost on a failing disk", rules: ["I1"], how: ofFailures }),
      brokenRules(others, { name: "refused writes found, or keys used twice", rules: ["I2", "I3"], how }),
      brokenRules(others, { name: "half-applied orders", rules: ["I4"], how }),
      brokenRules(others, { name: "complaints of the database's own checks", rules: ["I9"], how }),
      brokenRules(others, { name: "other answers than a success or a clean refusal", rules: ["I11"], how }),
      timeWithin(
        { name: "first success after a start, p99", mostMs: 10_000, how: `${backMs.length} starts` },
        percentile(backMs, 0.99),
      ),
    ],
  };
}

interface Counted {
  readonly syncs: number;
  readonly commits: number;
}

const syncs = ["fsync", "fdatasync"];

async function countSyncs({ servers }: Topology, { history }: Workload, forMs: number): Promise<Counted> {
  await using counting = await trace(servers[0]?.pid ?? 0, syncs);
  const before = counting.count("fsync") + counting.count("fdatasync");
  // Answers that are on their way now were synced before.
  await pause(50);
  const from = history.events.length;
  await pause(forMs);
  // What was acknowledged by now has been synced by now.
  const commits = countAcknowledged({ history: history.events.slice(from) });
  return { commits, syncs: counting.count("fsync") + counting.count("fdatasync") - before };
}

/** How many writes were refused meanwhile. */
async function beFull({ servers }: Topology, workload: Workload, forMs: number): Promise<number> {
  const from = workload.history.events.length;
  const spoiled = await trace(servers[0]?.pid ?? 0, ["pwrite64"], ["pwrite64:error=ENOSPC:when=40+40"]);
  await pause(forMs);
  await spoiled[Symbol.asyncDispose]();
  const isRefused = ({ phase, code }: HistoryEvent) => phase === "fail" && code === "UNAVAILABLE";
  const refused = workload.history.events.slice(from).filter(isRefused).length;
  await timeUntilSuccess(workload);
  return refused;
}

/** From this sync on all of them fail. Returns how the server ended. */
async function failSync({ servers }: Topology, first: number): Promise<Exit | null> {
  const [server] = servers;
  if (!server) return null;
  const spoil = syncs.map((call) => `${call}:error=EIO:when=${first}+`);
  await using _spoiled = await trace(server.pid ?? 0, syncs, spoil);
  const deadline = performance.now() + 30_000;
  while (server.pid !== null && performance.now() < deadline) await pause(10);
  if (server.pid !== null) throw new Error("The server goes on though its disk does not keep what it writes.");
  const end = server.exits.at(-1);
  return end ? { server: "server 1", ...end } : null;
}

/** As sysexits.h calls it: EX_IOERR. */
const endedByDisk = 74;

function isEndByDisk({ rule, shownBy: [exit] }: Violation): boolean {
  // The cast: that rule shows ends of processes.
  return rule === "I10" && (exit as Exit | undefined)?.code === endedByDisk;
}
