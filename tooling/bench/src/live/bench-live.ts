import { setTimeout as pause } from "node:timers/promises";

import { type PostgresServer, startPostgres } from "@app/services";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { median, spreadOf } from "../report/statistics.ts";
import { fillProjects } from "../rows/fill-projects.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { startSide } from "../side/start-side.ts";

import { LiveServer, type LiveFigures } from "./live-server.ts";
import { type BroadcastFigures, measureBroadcast } from "./measure-broadcast.ts";

export interface LiveOptions extends BenchmarkOptions {
  /** Rows of each list. */
  readonly rows?: number;
}

/** One of the two databases, and what was measured on it. */
interface Candidate {
  readonly label: string;
  readonly shared: LiveServer;
  readonly apart: LiveServer;
  readonly sharedRounds: { readonly live: LiveFigures; readonly floor: BroadcastFigures }[];
  /** By how many others are there. */
  readonly apartRounds: Map<number, LiveFigures[]>;
}

const everyMs = 10;

/** What it costs to keep many lists right while their rows change, and that those who do not see a change cost nothing. */
export async function benchLive(options: LiveOptions): Promise<Report> {
  const { rounds = 3, seconds = 10, connections: subscribers = 1000, rows = 50, profileFolder, tell } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const floor = stack.use(await startSide({ name: "raw" }, { profileFolder }));
  const postgres = stack.use(await startPostgres());
  const changes = Math.max(1, Math.round((seconds * 1000) / everyMs));
  // As long as half a lease: all sessions are read again in that time.
  const idleMs = Math.min(2500, seconds * 1000);
  const others = [...new Set([1, Math.ceil(subscribers / 10), subscribers])];

  const candidates: Candidate[] = [];
  for (const label of ["SQLite", "Postgres"] as const) {
    const start = async (name: string, plans: Parameters<typeof fillProjects>[1]) => {
      const databaseUrl = await createDatabase(label, scratch.file(`${name}.db`), postgres);
      const projects = await fillProjects(databaseUrl, plans);
      const side = stack.use(await startSide({ name: "rows", databaseUrl }, { profileFolder }));
      return new LiveServer(side, projects);
    };
    candidates.push({
      label,
      shared: await start("shared", [{ members: 1 + subscribers, tasks: rows }]),
      apart: await start(
        "apart",
        Array.from({ length: 1 + subscribers }, () => ({ members: 2, tasks: rows })),
      ),
      sharedRounds: [],
      apartRounds: new Map(others.map((count) => [count, []])),
    });
  }

  for (let round = 1; round <= rounds; round += 1) {
    for (const { label, shared, apart, sharedRounds, apartRounds } of candidates) {
      tell(`round ${round} of ${rounds}: ${label}, one scope`);
      const { figures: live, texts } = await shared.measure({ others: 0, changes, everyMs, idleMs });
      const broadcast = await measureBroadcast(floor, { sockets: subscribers, texts, seconds });
      sharedRounds.push({ live, floor: broadcast });
      for (const count of others) {
        tell(`round ${round} of ${rounds}: ${label}, ${count} other scopes`);
        const beside = await apart.measure({ others: count, changes: Math.ceil(changes / 4), everyMs, idleMs });
        apartRounds.get(count)?.push(beside.figures);
      }
      await pause(100);
    }
  }
  return report(candidates, { rounds, seconds, subscribers, rows, others });
}

async function createDatabase(label: string, file: string, postgres: PostgresServer): Promise<string> {
  return label === "SQLite" ? `sqlite:${file}` : postgres.createDatabase();
}

function report(
  candidates: readonly Candidate[],
  setting: {
    readonly rounds: number;
    readonly seconds: number;
    readonly subscribers: number;
    readonly rows: number;
    readonly others: readonly number[];
  },
): Report {
  const { rounds, seconds, subscribers, rows, others } = setting;
  const middle = <Item>(items: readonly Item[], read: (item: Item) => number) => median(items.map(read));
  return {
    tables: [
      {
        title: `${subscribers} live lists of the same ${rows} rows, one changed every ${everyMs} ms`,
        columns: [
          "",
          "server CPU per frame, µs",
          "the same bytes by raw ws",
          "in units of it",
          "ms to the last: p50",
          "p99",
          "raw ws: p50",
          "p99",
          "frames per change",
          "reads per change",
          "of sessions",
          "bytes of a frame",
        ],
        rows: candidates.map(({ label, sharedRounds }) => [
          label,
          middle(sharedRounds, ({ live }) => live.serverMicrosecondsPerFrame),
          middle(sharedRounds, ({ floor }) => floor.serverMicrosecondsPerFrame),
          middle(sharedRounds, ({ live, floor }) => live.serverMicrosecondsPerFrame / floor.serverMicrosecondsPerFrame),
          middle(sharedRounds, ({ live }) => spreadOf(live.msToLast).p50),
          middle(sharedRounds, ({ live }) => spreadOf(live.msToLast).p99),
          middle(sharedRounds, ({ floor }) => spreadOf(floor.msToLast).p50),
          middle(sharedRounds, ({ floor }) => spreadOf(floor.msToLast).p99),
          middle(sharedRounds, ({ live }) => live.framesPerChange),
          middle(sharedRounds, ({ live }) => live.readsPerChange),
          middle(sharedRounds, ({ live }) => live.sessionReadsPerChange),
          middle(sharedRounds, ({ live }) => live.bytesPerFrame),
        ]),
      },
      {
        title: "One live list whose rows change, beside others that see nothing of it: server CPU per change, µs",
        columns: ["", ...others.map((count) => `${count} others`), ...others.map((count) => `reads, ${count} others`)],
        rows: candidates.map(({ label, apartRounds }) => [
          label,
          ...others.map((count) => middle(apartRounds.get(count) ?? [], (each) => each.serverMicrosecondsPerChange)),
          ...others.map((count) => middle(apartRounds.get(count) ?? [], (each) => each.readsPerChange)),
        ]),
      },
    ],
    notes: [
      `Medians of ${rounds} rounds of ${seconds} s (a quarter of that beside others). A change is a call of task.update by a member; its work is part of the cost. What the server used while nothing changed is taken off.`,
      "Frames per change: how many each list was sent; fewer than 1 where several changes were shown by one. Raw ws broadcasts what one list was sent, in the same time, to as many sockets.",
      "Reads: statements outside of transactions. At the end of each round every list, put together from its frames, was compared with a query as its user.",
    ],
    figures: candidates.map(({ label, sharedRounds, apartRounds }) => ({
      label,
      shared: sharedRounds,
      apart: [...apartRounds].map(([count, figures]) => ({
        others: count,
        rounds: figures,
      })),
    })),
  };
}
