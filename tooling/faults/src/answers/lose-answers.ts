import { setTimeout as pause } from "node:timers/promises";

import type { Balancer } from "@app/workload";

/** Lets calls through and their answers not, then breaks the connections; so many times. */
export async function loseAnswers(
  balancer: Balancer,
  times: number,
  tell: (text: string) => void = () => {},
): Promise<void> {
  for (let count = 1; count <= times; count += 1) {
    balancer.set({ dropped: "down" });
    await pause(60);
    balancer.cut();
    balancer.set({});
    await pause(240);
    tell(`cut ${count} of ${times}`);
  }
}
