import { setTimeout as pause } from "node:timers/promises";

import { check, Random, readFinalState, startTopology, startWorkload, type WorkloadOptions } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { brokenRules, countAcknowledged, percentile, timeWithin } from "../figures.ts";

/**
 * REL-01 and REL-02: the server is killed at random moments, on one SQLite file throughout, and the file is checked each time:
 * first under the standard workload, then while nothing but orders is placed, which are many rows each.
 */
export async function kill(options: FaultOptions): Promise<FaultReport> {
  const isLong = options.length === "long";
  const standard = await killAgainAndAgain(options, {
    kills: isLong ? 200 : 3,
    mostMs: isLong ? 2000 : 500,
    clients: isLong ? 20 : 6,
  });
  const orders = await killAgainAndAgain(options, {
    kills: isLong ? 200 : 2,
    mostMs: isLong ? 500 : 300,
    clients: isLong ? 20 : 6,
    weights: { placeOrder: 1 },
  });
  const how = `${standard.kills} kills, ${standard.acknowledged} acknowledged writes, SQLite`;
  const ofOrders = `${orders.kills} kills, ${orders.acknowledged} orders of 50 lines, SQLite`;
  const violations = [...standard.violations, ...orders.violations];
  const ready = [...standard.readyMs, ...orders.readyMs];
  return {
    violations,
    figures: [
      brokenRules(standard.violations, {
        name: "acknowledged writes lost over SIGKILLs",
        rules: ["I1"],
        how,
        row: "lost",
      }),
      brokenRules(standard.violations, {
        name: "refused writes found, or keys used twice",
        rules: ["I2", "I3"],
        how,
        row: "broken",
      }),
      brokenRules(violations, { name: "complaints of the database's own checks", rules: ["I9"], how, row: "broken" }),
      brokenRules(orders.violations, {
        name: "half-applied orders",
        rules: ["I1", "I3", "I4"],
        how: ofOrders,
        row: "broken",
      }),
      timeWithin(
        { name: "ready after a kill, p99", mostMs: 2000, how: `${ready.length} starts`, row: "ready" },
        percentile(ready, 0.99),
      ),
    ],
  };
}

async function killAgainAndAgain(
  { seed, tell }: FaultOptions,
  plan: Pick<WorkloadOptions, "weights"> & {
    readonly kills: number;
    readonly mostMs: number;
    readonly clients: number;
  },
) {
  await using topology = await startTopology({ database: "sqlite" });
  const [server] = topology.servers;
  const random = new Random(seed).fork(1000);
  const { clients, weights } = plan;
  const workload = await startWorkload({ url: topology.url, seed, clients, ...(weights ? { weights } : {}) });
  const readyMs: number[] = [];
  const faults: string[] = [];
  for (let count = 1; count <= plan.kills; count += 1) {
    await pause(random.whole(50, plan.mostMs));
    await server?.kill();
    const startedAt = performance.now();
    await server?.start();
    readyMs.push(performance.now() - startedAt);
    faults.push(...(await readFinalState(topology.databaseUrl)).faults);
    tell(`kill ${count} of ${plan.kills}`);
  }
  const evidence = await workload.settle(
    () => readFinalState(topology.databaseUrl),
    () => topology.exits(),
  );
  const final = { ...evidence.final, faults: [...faults, ...evidence.final.faults] };
  return {
    violations: check({ ...evidence, final }),
    acknowledged: countAcknowledged(evidence),
    kills: plan.kills,
    readyMs,
  };
}
