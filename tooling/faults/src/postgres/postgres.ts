import { setTimeout as pause } from "node:timers/promises";

import { Random, type Topology, withDatabase } from "@app/workload";

import type { FaultOptions, FaultReport } from "../fault.ts";
import { brokenRules, countAcknowledged, percentile, timeWithin } from "../figures.ts";
import { play } from "../scene.ts";
import { timeUntilSuccess } from "../time-until-success.ts";

/** REL-22: PostgreSQL crashes and comes back, again and again; now and then one of its processes is killed. */
export async function postgres(options: FaultOptions): Promise<FaultReport> {
  const isLong = options.length === "long";
  const crashes = isLong ? 120 : 4;
  const backMs: number[] = [];
  const { evidence, violations } = await play(
    { database: "postgres", replicas: isLong ? 3 : 2, seed: options.seed, clients: isLong ? 20 : 6 },
    async (topology, workload) => {
      const random = new Random(options.seed).fork(2000);
      for (let count = 1; count <= crashes; count += 1) {
        await pause(random.whole(100, 1000));
        // Every fourth time a single process of its dies, and it restarts by itself.
        await (count % 4 === 0 ? killBackend(topology) : restart(topology));
        backMs.push(await timeUntilSuccess(workload));
        options.tell(`crash ${count} of ${crashes}`);
      }
    },
  );
  const how = `${crashes} crashes, ${countAcknowledged(evidence)} acknowledged writes, PostgreSQL`;
  return {
    violations,
    figures: [
      brokenRules(violations, {
        name: "acknowledged writes lost over crashes of PostgreSQL",
        rules: ["I1"],
        how,
        row: "lost",
      }),
      brokenRules(violations, {
        name: "refused writes found, or keys used twice",
        rules: ["I2", "I3"],
        how,
        row: "broken",
      }),
      brokenRules(violations, { name: "half-applied orders", rules: ["I4"], how, row: "broken" }),
      brokenRules(violations, { name: "servers that ended", rules: ["I10"], how }),
      timeWithin(
        {
          name: "first success after PostgreSQL is back, p99",
          mostMs: 10_000,
          how: `${backMs.length} times`,
          row: "ready",
        },
        percentile(backMs, 0.99),
      ),
    ],
  };
}

async function restart({ postgres: server }: Topology): Promise<void> {
  await server?.halt("immediate");
  await server?.resume();
}

/** As the system does when memory is short: PostgreSQL then ends all connections and recovers. */
async function killBackend({ databaseUrl }: Topology): Promise<void> {
  const [backend] = await withDatabase(databaseUrl, (read) =>
    read(
      `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and backend_type = 'client backend' order by backend_start limit 1`,
    ),
  );
  if (backend) process.kill(Number(backend["pid"]), "SIGKILL");
}
