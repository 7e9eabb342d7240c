import { setTimeout as pause } from "node:timers/promises";

import { startPostgres } from "@app/services";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { quantile, spreadOf } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";
import { buildSides } from "../side/build-side.ts";
import { type SideProcess, startSide } from "../side/start-side.ts";
import { type BenchAccount, createBenchAccounts } from "../sides/countersign-accounts.ts";
import { createMembers, type Member } from "../sides/countersign-members.ts";

import { type Flood, floodLogins } from "./flood-logins.ts";
import { PacedCalls } from "./paced-calls.ts";

export interface LoginFloodOptions extends BenchmarkOptions {
  readonly databases?: readonly ("SQLite" | "Postgres")[];
  /** How many sign in at once. */
  readonly logins?: number;
  /** What else is done to the server meanwhile: for showing that the benchmark would notice. */
  readonly disturb?: (side: SideProcess) => Promise<unknown>;
}

/** What callers waited while nobody signed in, and while all did. */
interface Round {
  readonly quiet: readonly number[];
  readonly flooded: readonly number[];
  readonly flood: Flood;
}

const callsPerSecondOfEach = 10;

/** Do others wait while very many people sign in at once, each costing tens of milliseconds of hashing? */
export async function benchLoginFlood(options: LoginFloodOptions): Promise<Report> {
  const { databases = ["SQLite", "Postgres"], connections = 100, logins = 200 } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();

  const entry = await buildSides(scratch.path);

  const outcomes: { readonly database: string; readonly rounds: readonly Round[] }[] = [];
  for (const database of databases) {
    const databaseUrl =
      database === "SQLite"
        ? `sqlite:${scratch.file("flood.db")}`
        : await stack.use(await startPostgres()).createDatabase();
    const members = await createMembers(
      databaseUrl,
      Array.from({ length: connections }, () => 1),
    );
    const accounts = await createBenchAccounts(databaseUrl, logins);
    outcomes.push({ database, rounds: await measure(database, { ...options, entry, databaseUrl, members, accounts }) });
  }
  return report(outcomes, { connections, logins });
}

async function measure(
  database: string,
  options: LoginFloodOptions & {
    readonly entry: string;
    readonly databaseUrl: string;
    readonly members: readonly Member[];
    readonly accounts: readonly BenchAccount[];
  },
): Promise<Round[]> {
  const { rounds = 3, seconds = 3, entry, databaseUrl, members, accounts, profileFolder, tell } = options;
  await using side = await startSide({ name: "countersign", databaseUrl }, { entry, profileFolder });
  using calls = await PacedCalls.start({
    port: side.port,
    members,
    callsPerSecond: members.length * callsPerSecondOfEach,
  });
  await pause(Math.min(seconds, 1) * 1000);

  const found: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    tell(`${database}: round ${round} of ${rounds}`);
    await calls.takeLatencies();
    await pause(seconds * 1000);
    const quiet = await calls.takeLatencies();
    const [flood] = await Promise.all([floodLogins(side.port, accounts), options.disturb?.(side)]);
    found.push({ quiet, flooded: await calls.takeLatencies(), flood });
  }
  return found;
}

function report(
  outcomes: readonly { readonly database: string; readonly rounds: readonly Round[] }[],
  setting: { readonly connections: number; readonly logins: number },
): Report {
  const callRows = outcomes.flatMap(({ database, rounds }) =>
    (["quiet", "flooded"] as const).map((when) => {
      const { count, p50, p99, max } = spreadOf(rounds.flatMap((round) => round[when]));
      return [`${database}, ${when === "quiet" ? "nobody signs in" : "all sign in"}`, count, p50, p99, max];
    }),
  );
  const loginRows = outcomes.map(({ database, rounds }) => {
    const waits = rounds.flatMap(({ flood }) => flood.ms);
    const perSecond = rounds.map(({ flood }) => flood.ms.length / flood.seconds);
    return [database, waits.length, quantile(waits, 0.5), quantile(waits, 1), quantile(perSecond, 0.5)];
  });
  return {
    tables: [
      {
        title: `Calls of ${setting.connections} users while ${setting.logins} others sign in at once, ms`,
        columns: ["", "calls", "p50", "p99", "max"],
        rows: callRows,
      },
      {
        title: "The sign-ins, ms",
        columns: ["", "sign-ins", "p50", "max", "a second"],
        rows: loginRows,
      },
    ],
    notes: [
      `Each of the users calls ${callsPerSecondOfEach} times a second, whether or not the last call has been answered; the session is read and a permission checked for every call.`,
      "The server is what `pnpm build` makes. Every sign-in succeeded. They are hashed one at a time in a thread of their own, so the last one waits for all: that is the price of the others not waiting.",
      "Wanted: p99 of the calls below 50 ms while all sign in.",
    ],
    figures: outcomes,
  };
}
