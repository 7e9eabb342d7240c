import { setTimeout as pause } from "node:timers/promises";

import { readFinalState } from "@app/workload";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";
import { brokenRules, countAcknowledged } from "../figures.ts";
import { play } from "../scene.ts";

import { guessesAllowed, takeAway } from "./away.ts";
import { cutSubscribers } from "./cut-subscribers.ts";
import { empty } from "./empty.ts";
import { hang, slowDown } from "./hang.ts";
import { mutationsBetween } from "./mutations.ts";
import type { Act } from "./stage.ts";

/**
 * REL-25, REL-26, REL-28 and REL-29: Redis, which carries what servers tell each other, goes away in each of the ways it can, one
 * after the other, on the same servers.
 */
export async function redis({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const leaseMs = isLong ? 5000 : 2000;
  const figures: Figure[] = [];
  const { evidence, violations } = await play(
    {
      database: "postgres",
      bus: "redis",
      replicas: isLong ? 3 : 2,
      seed,
      clients: isLong ? 20 : 6,
      // How long a call waits for Redis is seen where it waits for nothing else: a machine at its limit lets all of them wait.
      restMs: isLong ? 300 : 60,
      env: { LOGIN_ATTEMPTS: String(guessesAllowed), LEASE_SECONDS: String(leaseMs / 1000) },
    },
    async (topology, workload) => {
      const { redis: server, busNetwork: network, databaseUrl } = topology;
      if (!server || !network) throw new Error("These servers do not tell each other through Redis.");
      const { history } = workload;
      const from = history.now();
      await pause(isLong ? 30_000 : 1000);
      const base = mutationsBetween(history.events, from, history.now());
      // What was missed never comes; how long it takes on a busy machine is for the long form to judge.
      const patience = isLong ? 1 : 5;
      const countStale = (withinMs: number) => workload.rest(() => readFinalState(databaseUrl), withinMs * patience);
      const stage = { topology, workload, redis: server, network, isLong, leaseMs, seed, base, countStale, tell };
      for (const act of acts) figures.push(...(await act(stage)));
    },
  );
  const how = `${countAcknowledged(evidence)} acknowledged writes, ${evidence.sights.length} frames, PostgreSQL and Redis`;
  return {
    violations,
    figures: [
      ...figures,
      brokenRules(violations, {
        name: "acknowledged writes lost, or made twice",
        rules: ["I1", "I2", "I3", "I4"],
        how,
      }),
      brokenRules(violations, { name: "frames for the wrong user, or after a sign-out", rules: ["I7", "I8"], how }),
      brokenRules(violations, { name: "servers that ended", rules: ["I10"], how }),
    ],
  };
}

const acts: readonly Act[] = [cutSubscribers, takeAway, hang, slowDown, empty];
