import { setTimeout as pause } from "node:timers/promises";

import { startPostgres } from "@app/services";

import type { BenchmarkOptions } from "../benchmark.ts";
import { median, quantile, type Spread, spreadOf } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { buildSides } from "../side/build-side.ts";
import type { SidePlan } from "../side/side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";
import type { Member } from "../sides/countersign-members.ts";

import { PacedCalls } from "./paced-calls.ts";

/** How often each of those who are measured calls. */
export const callsPerSecondOfEach = 10;

export type FloodedDatabase = "SQLite" | "Postgres";

/** What every benchmark of a flood can be told. */
export interface FloodOptions extends BenchmarkOptions {
  readonly databases?: readonly FloodedDatabase[];
  /** What else is done to the server meanwhile: for showing that the benchmark would notice. */
  readonly disturb?: (side: SideProcess) => Promise<unknown>;
}

/** Something that is done to a server while others call. */
export interface Flood<Outcome> {
  /** Names its row of the table. */
  readonly name: string;
  /** Makes ready, unmeasured. What is returned is measured, and returns when it is over. */
  prepare(side: SideProcess): Promise<() => Promise<Outcome>>;
}

/** Who is measured, and by what they are disturbed. */
export interface FloodPlan<Outcome> {
  readonly members: readonly Member[];
  readonly floods: readonly Flood<Outcome>[];
}

export interface FloodRound<Outcome> {
  readonly quiet: Stretch;
  /** In the order of the plan. */
  readonly flooded: readonly (Stretch & { readonly outcome: Outcome })[];
}

/** How it went for a while. */
interface Stretch {
  /** What each call waited, in milliseconds. */
  readonly ms: readonly number[];
  /** How much of one core the server used. */
  readonly serverShare: number;
}

export interface FloodedOutcome<Outcome> {
  readonly database: FloodedDatabase;
  /** By name. */
  readonly floods: readonly string[];
  readonly rounds: readonly FloodRound<Outcome>[];
}

interface MeasureOptions<Outcome> extends FloodOptions {
  readonly rounds: number;
  /** How long callers are measured while there is no flood. */
  readonly seconds: number;
  /** What the server is started with, beside its database. */
  readonly side?: Omit<SidePlan, "name" | "databaseUrl">;
  /** Fills the database. */
  plan(databaseUrl: string): Promise<FloodPlan<Outcome>>;
}

/** Measures users who call at a steady pace, on each database: quiet and flooded by turns, on the same server. */
export async function measureFloods<Outcome>(options: MeasureOptions<Outcome>): Promise<FloodedOutcome<Outcome>[]> {
  const { databases = ["SQLite", "Postgres"] } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const entry = await buildSides(scratch.path);

  const outcomes: FloodedOutcome<Outcome>[] = [];
  for (const database of databases) {
    const databaseUrl =
      database === "SQLite"
        ? `sqlite:${scratch.file("flood.db")}`
        : await stack.use(await startPostgres()).createDatabase();
    const plan = await options.plan(databaseUrl);
    const rounds = await measureRounds({ ...options, database, databaseUrl, entry, ...plan });
    outcomes.push({ database, floods: plan.floods.map(({ name }) => name), rounds });
  }
  return outcomes;
}

/** What one row of the table says. */
export interface FloodRow {
  readonly name: string;
  /** Of all rounds together. */
  readonly spread: Spread;
  /** p99 in units of that of the same round's quiet stretch: the median of the rounds. */
  readonly p99Ratio: number;
  /** The median of the rounds. */
  readonly serverShare: number;
}

/** A row for when it was quiet, and one for each flood. */
export function rowsOf<Outcome>(outcomes: readonly FloodedOutcome<Outcome>[], quietName: string): FloodRow[] {
  return outcomes.flatMap(({ database, floods, rounds }) =>
    [quietName, ...floods].map((name, index) => {
      const pairs = rounds.map(({ quiet, flooded }) => ({ quiet, stretch: [quiet, ...flooded][index] ?? quiet }));
      const p99 = ({ ms }: Stretch) => quantile(ms, 0.99);
      return {
        name: `${database}, ${name}`,
        spread: spreadOf(pairs.flatMap(({ stretch }) => stretch.ms)),
        p99Ratio: median(pairs.map(({ quiet, stretch }) => p99(stretch) / p99(quiet))),
        serverShare: median(pairs.map(({ stretch }) => stretch.serverShare)),
      };
    }),
  );
}

async function measureRounds<Outcome>({
  database,
  databaseUrl,
  entry,
  members,
  floods,
  rounds,
  seconds,
  side: plan,
  disturb,
  profileFolder,
  tell,
}: MeasureOptions<Outcome> &
  FloodPlan<Outcome> & {
    readonly database: FloodedDatabase;
    readonly databaseUrl: string;
    readonly entry: string;
  }): Promise<FloodRound<Outcome>[]> {
  await using side = await startSide({ ...plan, name: "countersign", databaseUrl }, { entry, profileFolder });
  const callsPerSecond = members.length * callsPerSecondOfEach;
  using calls = await PacedCalls.start({ port: side.port, members, callsPerSecond });
  await pause(Math.min(seconds, 1) * 1000);

  async function measure<Found>(run: () => Promise<Found>): Promise<Stretch & { readonly outcome: Found }> {
    await calls.takeLatencies();
    const before = await side.readUsage();
    const outcome = await run();
    const ms = await calls.takeLatencies();
    const after = await side.readUsage();
    const serverShare = (after.cpuMicroseconds - before.cpuMicroseconds) / 1000 / (after.at - before.at);
    return { ms, serverShare, outcome };
  }

  const found: FloodRound<Outcome>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    tell(`${database}: round ${round} of ${rounds}`);
    const quiet = await measure(() => pause(seconds * 1000));
    const flooded: FloodRound<Outcome>["flooded"][number][] = [];
    for (const flood of floods) {
      const run = await flood.prepare(side);
      flooded.push(
        await measure(async () => {
          const [outcome] = await Promise.all([run(), disturb?.(side)]);
          return outcome;
        }),
      );
    }
    found.push({ quiet, flooded });
  }
  return found;
}
