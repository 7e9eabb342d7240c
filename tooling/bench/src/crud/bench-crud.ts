import { type PostgresServer, startPostgres } from "@app/services";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { monotonicMs } from "../monotonic-clock.ts";
import { median } from "../report/statistics.ts";
import { fillProjects } from "../rows/fill-projects.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { buildSides } from "../side/build-side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";
import { WireClient } from "../wire/wire-client.ts";

import { createActions, type CrudAction } from "./actions.ts";

export interface CrudBenchOptions extends BenchmarkOptions {
  /** Calls under way on each connection. */
  readonly depth?: number;
}

/** One database's server, and who calls it. */
interface Candidate {
  readonly label: string;
  readonly side: SideProcess;
  readonly clients: readonly WireClient[];
  readonly actions: readonly CrudAction[];
  readonly rounds: Map<CrudAction["name"], { readonly router: number; readonly byHand: number }[]>;
}

/** The two ways to the same rows, by where they are mounted. */
const routers = { router: "task", byHand: "byHand" } as const;
type Way = keyof typeof routers;

/** What a row costs through the router of rows, and through procedures written by hand: same statements, same promises. */
export async function benchCrud(options: CrudBenchOptions): Promise<Report> {
  const { rounds = 5, seconds = 1, connections = 10, depth = 4, profileFolder, tell } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const entry = await buildSides(scratch.path);
  const candidates: Candidate[] = [];
  for (const label of ["SQLite", "SQLite, built", "Postgres", "Postgres, built"] as const) {
    const databaseUrl = await createDatabase(label, scratch.file(`${label}.db`), postgres);
    const plans = [
      { members: 1, tasks: 200 },
      { members: 0, tasks: 0 },
    ];
    const projects = await fillProjects(databaseUrl, plans, { isLastShared: true });
    const start = label.endsWith("built") ? { entry, profileFolder } : { profileFolder };
    const side = stack.use(await startSide({ name: "rows", databaseUrl }, start));
    const cookie = projects[0]?.members[0]?.sessions[0]?.cookie ?? "";
    const clients = await Promise.all(Array.from({ length: connections }, () => WireClient.open(side.port, cookie)));
    stack.defer(() => {
      for (const client of clients) client.close();
    });
    candidates.push({ label, side, clients, actions: createActions(projects), rounds: new Map() });
  }

  for (let round = 0; round <= rounds; round += 1) {
    for (const { label, side, clients, actions, rounds: found } of candidates) {
      tell(round === 0 ? `warming up: ${label}` : `round ${round} of ${rounds}: ${label}`);
      for (const action of actions) {
        const measure = (way: Way) => measureCalls(side, clients, { path: routers[way], action, depth, seconds });
        // Each is the first one in every other round.
        const isTurned = round % 2 === 1;
        const first = await measure(isTurned ? "byHand" : "router");
        const second = await measure(isTurned ? "router" : "byHand");
        if (round === 0) continue;
        const costs = isTurned ? { router: second, byHand: first } : { router: first, byHand: second };
        found.set(action.name, [...(found.get(action.name) ?? []), costs]);
      }
    }
  }
  return report(candidates, { rounds, seconds, connections, depth });
}

function createDatabase(label: string, file: string, postgres: PostgresServer): Promise<string> | string {
  return label.startsWith("SQLite") ? `sqlite:${file}` : postgres.createDatabase();
}

/** Calls for so long, each caller again as soon as it is answered. Returns what the server used for a call, in microseconds. */
async function measureCalls(
  side: SideProcess,
  clients: readonly WireClient[],
  plan: { readonly path: string; readonly action: CrudAction; readonly depth: number; readonly seconds: number },
): Promise<number> {
  const { action, depth } = plan;
  const path = `${plan.path}.${action.name}`;
  let calls = 0;
  const before = await side.readUsage();
  const until = monotonicMs() + plan.seconds * 1000;

  async function callOn(client: WireClient, place: number): Promise<void> {
    while (monotonicMs() < until) {
      const planned = action.next(place);
      planned.check(await client.call(planned.type, path, planned.input));
      calls += 1;
    }
  }

  await Promise.all(
    clients.flatMap((client, number) => Array.from({ length: depth }, (_, at) => callOn(client, number * depth + at))),
  );
  const after = await side.readUsage();
  return (after.cpuMicroseconds - before.cpuMicroseconds) / calls;
}

function report(
  candidates: readonly Candidate[],
  setting: { readonly rounds: number; readonly seconds: number; readonly connections: number; readonly depth: number },
): Report {
  const rows = candidates.flatMap(({ label, rounds }) =>
    [...rounds].map(([name, found]) => [
      `${label}: ${name}`,
      median(found.map(({ router }) => router)),
      median(found.map(({ byHand }) => byHand)),
      median(found.map(({ router, byHand }) => router / byHand)),
    ]),
  );
  return {
    tables: [
      {
        title: "Server CPU per call, µs",
        columns: ["", "through the router of rows", "by hand", "in units of it"],
        rows,
      },
    ],
    notes: [
      `Medians of ${setting.rounds} rounds of ${setting.seconds} s each, ${setting.connections} connections with ${setting.depth} calls under way on each. Both ways are procedures of one server, behind the same checks; every answer is checked.`,
      "A list is 20 of 200 rows with their total and each row's rights; a change is one transaction. The CPU of PostgreSQL's own processes is not counted.",
    ],
    figures: candidates.map(({ label, rounds }) => ({ label, actions: Object.fromEntries(rounds) })),
  };
}
