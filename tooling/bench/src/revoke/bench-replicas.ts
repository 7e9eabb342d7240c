import { findRedis, startOwnRedis, startPostgres } from "@app/services";
import { defaultSettings } from "@countersign/contract";

import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { describeMachine } from "../report/machine.ts";
import { spreadOf } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";

import { sessionEnded } from "./run-scenarios.ts";
import { type Figures, type ReplicasPlan, runWays } from "./run-ways.ts";
import { type Way, ways as allWays } from "./ways.ts";

export interface ReplicasOptions extends BenchmarkOptions {
  readonly replicas: number;
  readonly ways?: readonly Way[];
  /** Labels of the plans to run. Default: all that can be. */
  readonly only?: readonly string[];
}

interface Outcome {
  readonly plan: ReplicasPlan;
  readonly rounds: number;
  readonly load: number;
  readonly figures: Figures;
}

const cached = { SESSION_CHECK: "cached" } as const;

/** How long access that was taken away goes on being served by several replicas of one app. */
export async function benchReplicas(options: ReplicasOptions): Promise<Report> {
  const { replicas, connections: bystanders = 3000, ways = allWays, only, tell } = options;
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const program = await findRedis();
  const redis = program === null ? null : stack.use(await startOwnRedis(program));

  const outcomes: Outcome[] = [];
  for (const planOf of plansOf(redis?.url ?? null)) {
    if (only && !only.includes(planOf.label)) continue;
    const databaseUrl = await postgres.createDatabase();
    const plan =
      planOf.bus.kind === "postgres" ? { ...planOf, bus: { kind: "postgres" as const, url: databaseUrl } } : planOf;
    const rounds = options.rounds ?? (plan.isSilent ? 10 : 30);
    const { load } = describeMachine();
    const figures = await runWays(plan, { ways, rounds, replicas, bystanders, databaseUrl, scratch, tell });
    outcomes.push({ plan, rounds, load, figures });
  }
  return report(outcomes, { ways, replicas, bystanders, isRedisThere: redis !== null });
}

function plansOf(redisUrl: string | null): readonly ReplicasPlan[] {
  const told = { isSilent: false, settings: {} };
  const postgres = { kind: "postgres", url: "" } as const;
  const none = { kind: "none", url: "" } as const;
  return [
    { label: "bus: Postgres", bus: postgres, ...told },
    ...(redisUrl === null ? [] : [{ label: "bus: Redis", bus: { kind: "redis", url: redisUrl } as const, ...told }]),
    { label: "bus: Postgres, cached", bus: postgres, ...told, settings: cached },
    { label: "nothing tells", bus: none, isSilent: true, settings: {} },
    { label: "nothing tells, cached", bus: none, isSilent: true, settings: cached },
  ];
}

interface Facts {
  readonly ways: readonly Way[];
  readonly replicas: number;
  readonly bystanders: number;
  readonly isRedisThere: boolean;
}

function report(outcomes: readonly Outcome[], { ways, replicas, bystanders, isRedisThere }: Facts): Report {
  const rowOf = (label: string, figures: readonly number[]) => {
    const { count, p50, p99, max } = spreadOf(figures);
    return [label, count, p50, p99, max];
  };
  return {
    tables: outcomes.map(({ plan, figures }) => ({
      title: `${plan.label}: from the commit to the last byte on the last socket of the last replica, ms`,
      columns: ["a user …", "rounds", "p50", "p99", "max"],
      rows: [
        ...ways.map((way) => rowOf(way.label, figures.get(way) ?? [])),
        rowOf("all of these", [...figures.values()].flat()),
      ],
    })),
    notes: [
      `${replicas} servers on one PostgreSQL, each a process. The user has three sockets for each of two sessions on each of them: all watch something behind a permission, one calls behind it every few milliseconds besides, and one always has a hundred calls under way that take 10 ms each and wait for each other.`,
      `Sockets of a session that ended got the close frame ${sessionEnded}, and nothing after it. Where a right is lost: until the last answer by it, or the subscription's refusal.`,
      `${bystanders} sockets of other sessions were open all the while; none of them received anything or was closed.`,
      `"Nothing tells": no bus between the servers, and the database's triggers that notify are switched off. What is left is the lease, ${defaultSettings.LEASE_SECONDS} s.`,
      ...(isRedisThere ? [] : ["There is no redis-server here: Redis was left out."]),
      ...outcomes.map(({ plan, load }) => `Load when "${plan.label}" began: ${load}.`),
    ],
    figures: outcomes.map(({ plan, load, figures }) => ({
      label: plan.label,
      load,
      ways: [...figures].map(([way, ms]) => ({ label: way.label, ms })),
    })),
  };
}
