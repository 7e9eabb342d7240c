import { setTimeout as pause } from "node:timers/promises";

import type { Balancer } from "@app/workload";

/** Lets calls through and their answers not, then breaks the connections; so many times. Returns how many it broke. */
export async function loseAnswers(
  balancer: Balancer,
  times: number,
  tell: (text: string) => void = () => {},
): Promise<number> {
  let broken = 0;
  for (let count = 1; count <= times; count += 1) {
    balancer.set({ dropped: "down" });
    await pause(60);
    broken += balancer.size;
    balancer.cut();
    balancer.set({});
    await pause(240);
    tell(`cut ${count} of ${times}`);
  }
  return broken;
}
