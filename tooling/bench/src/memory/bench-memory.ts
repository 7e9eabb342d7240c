import { setTimeout as pause } from "node:timers/promises";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { median } from "../report/statistics.ts";
import { fillProjects } from "../rows/fill-projects.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import type { SidePlan } from "../side/side.ts";
import { startSide } from "../side/start-side.ts";
import { createMembers, type Member } from "../sides/countersign-members.ts";
import { isUntouched, watchSnapshots } from "../wire/watch-snapshots.ts";

/** What one connection costs, in bytes. */
interface Cost {
  readonly rss: number;
  readonly heap: number;
}

interface Candidate {
  readonly label: string;
  readonly plan: SidePlan;
  readonly cookies: readonly (string | null)[];
  /** What each connection is shown; its snapshot when it is left out. */
  readonly subscription?: { readonly path: string; readonly input: unknown };
}

/** Rows of a live list. */
const rows = 50;

/** What an idle connection with a snapshot subscription keeps of the server's memory. */
export async function benchMemory(options: BenchmarkOptions): Promise<Report> {
  const { rounds = 3, connections = 5000, tell } = options;
  using scratch = new ScratchFolder();
  const databaseUrl = `sqlite:${scratch.file("memory.db")}`;
  const members = await createMembers(
    databaseUrl,
    Array.from({ length: connections }, () => 1),
  );
  const rowsUrl = `sqlite:${scratch.file("rows.db")}`;
  const [project] = await fillProjects(rowsUrl, [{ members: connections, tasks: rows }]);
  const cookiesOf = (all: readonly Member[]) => all.flatMap(({ sessions }) => sessions.map(({ cookie }) => cookie));
  const nobody = Array.from({ length: connections }, () => null);
  const candidates: readonly Candidate[] = [
    { label: "raw ws", plan: { name: "raw" }, cookies: nobody },
    { label: "tRPC, a generator each", plan: { name: "trpc" }, cookies: nobody },
    {
      label: "Countersign, a session each",
      plan: { name: "countersign", databaseUrl },
      cookies: cookiesOf(members),
    },
    {
      label: `Countersign, a live list of ${rows} rows each`,
      plan: { name: "rows", databaseUrl: rowsUrl },
      cookies: cookiesOf(project?.members ?? []),
      subscription: { path: "task.live", input: { limit: rows } },
    },
  ];

  const measured = candidates.map((): Cost[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, candidate] of candidates.entries()) {
      tell(`round ${round + 1} of ${rounds}: ${candidate.label}`);
      measured[index]?.push(await measureCost(candidate));
    }
  }
  return report(candidates, measured, { rounds, connections });
}

/** In a fresh process each time: what a process has once taken from the system it seldom gives back. */
async function measureCost({ plan, cookies, subscription }: Candidate): Promise<Cost> {
  await using side = await startSide(plan, { nodeOptions: ["--expose-gc"] });
  const watch = (all: Candidate["cookies"]) =>
    watchSnapshots({ port: side.port, cookies: all, ...(subscription && { subscription }) });
  // What the first connections cost (code, caches) is not what each one costs.
  const first = await watch(cookies.slice(0, 200));
  for (const socket of first) socket.destroy();
  await Promise.all(first.map((socket) => socket.ended));
  await pause(200);

  const before = await side.readMemory();
  const sockets = await watch(cookies);
  await pause(300);
  const after = await side.readMemory();
  const disturbed = sockets.filter((socket) => !isUntouched(socket)).length;
  for (const socket of sockets) socket.destroy();
  if (disturbed > 0) throw new Error(`${disturbed} connections were not idle.`);
  return {
    rss: (after.rssBytes - before.rssBytes) / cookies.length,
    heap: (after.heapBytes - before.heapBytes) / cookies.length,
  };
}

function report(
  candidates: readonly Candidate[],
  measured: readonly (readonly Cost[])[],
  { rounds, connections }: { readonly rounds: number; readonly connections: number },
): Report {
  const costsOf = candidates.map(({ label }, index) => {
    const costs = measured[index] ?? [];
    const rss = costs.map((cost) => cost.rss / 1024);
    return [label, median(rss), Math.min(...rss), Math.max(...rss), median(costs.map((cost) => cost.heap / 1024))];
  });
  return {
    tables: [
      {
        title: `Server memory per idle connection, of ${connections}, KiB`,
        columns: ["", "RSS: median", "least", "most", "JavaScript heap"],
        rows: costsOf,
      },
    ],
    notes: [
      `Each in ${rounds} fresh processes, after a full collection; each connection has a subscription that has been shown its first state: the snapshot, or the tasks of one project.`,
      "The kernel's buffers are not in these figures.",
    ],
    figures: candidates.map(({ label }, index) => ({ label, rounds: measured[index] })),
  };
}
