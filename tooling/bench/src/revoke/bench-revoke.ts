import { startPostgres } from "@app/services";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { prepareGenerator } from "../load/generator.ts";
import { spreadOf } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";

import { runScenarios, sessionEnded } from "./run-scenarios.ts";
import { type Revocation, type Scenario, scenarios as allScenarios } from "./scenarios.ts";

export interface RevokeOptions extends BenchmarkOptions {
  readonly scenarios?: readonly Scenario[];
  readonly databases?: readonly ("SQLite" | "Postgres")[];
}

interface Outcome {
  readonly database: string;
  readonly scenario: Scenario;
  readonly revocations: readonly Revocation[];
}

/** How long a session that has ended goes on being served: from the commit to the last byte on its last socket. */
export async function benchRevoke(options: RevokeOptions): Promise<Report> {
  const { databases = ["SQLite", "Postgres"], connections: bystanders = 1000 } = options;
  const scenarios = (options.scenarios ?? allScenarios).map((scenario) =>
    Object.assign({}, scenario, { rounds: options.rounds ?? scenario.rounds }),
  );
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const generator = await prepareGenerator(scratch.path);

  const outcomes: Outcome[] = [];
  for (const database of databases) {
    const databaseUrl =
      database === "SQLite"
        ? `sqlite:${scratch.file("revoke.db")}`
        : await stack.use(await startPostgres()).createDatabase();
    const found = await runScenarios(scenarios, { ...options, databaseUrl, bystanders, generator, scratch });
    for (const [scenario, revocations] of found) outcomes.push({ database, scenario, revocations });
  }
  return report(outcomes, bystanders);
}

function report(outcomes: readonly Outcome[], bystanders: number): Report {
  const rows = outcomes.map(({ database, scenario, revocations }) => {
    const { count, p50, p99, max } = spreadOf(revocations.map((each) => each.fromCommit));
    const asking = spreadOf(revocations.map((each) => each.fromAsking));
    return [`${database}: ${scenario.label}`, count, p50, p99, max, asking.p50, asking.p99];
  });
  return {
    tables: [
      {
        title: "From the commit of a revocation to the last byte on the last socket, ms",
        columns: ["a user …", "rounds", "p50", "p99", "max", "from asking: p50", "p99"],
        rows,
      },
    ],
    notes: [
      `${bystanders} sockets of other sessions were open all the while, each with a snapshot subscription; none of them received anything or was closed.`,
      `Every socket concerned got the close frame ${sessionEnded}, and nothing after it.`,
    ],
    figures: outcomes.map(({ database, scenario: { label, sessions, socketsEach }, revocations }) => ({
      database,
      label,
      sessions,
      socketsEach,
      revocations,
    })),
  };
}
