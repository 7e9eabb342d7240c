import { setTimeout as pause } from "node:timers/promises";

import { check, readFinalState, startTopology, startWorkload, type Violation } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { countAcknowledged } from "../figures.ts";

import { judgeHour, type Worked } from "./judge-hour.ts";
import { type Look, lookAt } from "./look.ts";
import { makeVisitors, startVisits } from "./visits.ts";

/**
 * An hour of work, with nothing done to anybody: some stay all the time, others come and go by the thousand. Every few minutes
 * all rest, and each server is asked what it still holds: what has come and gone has to have left nothing.
 */
export async function hour(options: FaultOptions): Promise<FaultReport> {
  const isLong = options.length === "long";
  const places = isLong ? (["SQLite", "PostgreSQL"] as const) : (["SQLite"] as const);
  // Beside each other: each waits most of the time.
  const worked = await Promise.all(places.map((place) => workAt(place, options)));
  return {
    violations: worked.flatMap(({ violations }) => violations),
    figures: worked.flatMap((one) => judgeHour(one, { isSlopeJudged: isLong })),
  };
}

/** How long it lasts, how often all rest, and who is there. */
const plans = {
  long: { minutes: 60, restEveryMs: 120_000, clients: 8, restMs: 400, visitors: 10, awayMs: 2000 },
  short: { minutes: 0.1, restEveryMs: 2500, clients: 3, restMs: 20, visitors: 5, awayMs: 100 },
} as const;
const staleAfterMs = 10_000;

async function workAt(
  place: Worked["place"],
  { length, seed, tell }: FaultOptions,
): Promise<Worked & Pick<FaultReport, "violations">> {
  const { minutes, restEveryMs, clients, restMs, awayMs, ...plan } = plans[length];
  const [database, servers] = place === "SQLite" ? (["sqlite", 1] as const) : (["postgres", 2] as const);
  await using topology = await startTopology({ database, replicas: servers, env: { HOLDINGS: "on" } });
  const { url } = topology;
  const read = () => readFinalState(topology.databaseUrl);
  const visitors = await makeVisitors(url, plan.visitors);
  const workload = await startWorkload({ url, seed, clients, restMs });
  const own = { connections: clients, subscriptions: workload.clients.flatMap(({ views }) => views).length };

  const looks: Look[] = [];
  const stale: Violation[] = [];
  let visits = 0;
  const startedAt = performance.now();
  const lasted = () => (performance.now() - startedAt) / 60_000;
  while (lasted() < minutes) {
    const visiting = startVisits({ url, visitors, seed: seed + looks.length, awayMs });
    await pause(restEveryMs);
    await visiting.stop();
    visits += visiting.count;
    const staleCount = await workload.rest(read, staleAfterMs, async () => {
      looks.push({ minutes: lasted(), ...(await lookAt(topology.servers, own)) });
    });
    if (staleCount > 0) stale.push({ rule: "I5", what: `${staleCount} lists do not show what is there.`, shownBy: [] });
    tell(`${place}: ${lasted().toFixed(1)} min, ${visits} visits, ${JSON.stringify(looks.at(-1))}`);
  }
  const evidence = await workload.settle(read, () => topology.exits());
  return {
    place,
    servers,
    looks,
    own,
    visits,
    minutes: lasted(),
    acknowledged: countAcknowledged(evidence),
    violations: [...stale, ...check(evidence)],
  };
}
