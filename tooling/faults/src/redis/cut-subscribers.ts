import { setTimeout as pause } from "node:timers/promises";

import { Random } from "@app/workload";

import { none, percentile, timeWithin } from "../figures.ts";

import { askRedis } from "./ask-redis.ts";
import type { Act } from "./stage.ts";
import { readGaps } from "./watch-bus.ts";

/** REL-26: the connections over which servers listen are killed while changes are made, again and again. */
export const cutSubscribers: Act = async ({ topology, workload, redis, isLong, seed, countStale, tell }) => {
  const random = new Random(seed).fork(2600);
  const kills = isLong ? 50 : 2;
  const seen = { unnoticed: 0, stale: 0, showMs: [] as number[] };
  for (let count = 1; count <= kills; count += 1) {
    const before = await readGaps(topology);
    const killedAt = performance.now();
    await askRedis(redis.url, "CLIENT", "KILL", "TYPE", "pubsub");
    seen.unnoticed += await countUnnoticed(() => readGaps(topology), before);
    // What is changed by then is changed in the gap, or just after it.
    await pause(random.whole(0, 100));
    seen.stale += await countStale(mostMs - (performance.now() - killedAt));
    seen.showMs.push(performance.now() - killedAt);
    tell(`subscribers killed ${count} of ${kills} times`);
  }
  const how = `${kills} times, ${topology.servers.length} servers, ${workload.clients.length} clients`;
  return [
    none({ name: "gaps that a server did not notice", how }, seen.unnoticed),
    none(
      { name: "lists that show less than is there 5 s after their server's subscription was killed", how },
      seen.stale,
    ),
    timeWithin(
      { name: "from there until all lists show what is there, p99", mostMs, how },
      percentile(seen.showMs, 0.99),
    ),
  ];
};

const mostMs = 5000;

/** How many of the servers did not count a gap in time. */
async function countUnnoticed(read: () => Promise<readonly number[]>, before: readonly number[]): Promise<number> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    const now = await read();
    const missing = now.filter((gaps, index) => gaps <= (before[index] ?? 0)).length;
    if (missing === 0 || performance.now() > deadline) return missing;
    await pause(10);
  }
}
