import { setTimeout as pause } from "node:timers/promises";

import { readMetrics, type Topology } from "@app/workload";

/** Waits until each server says that it is connected to Redis, or is not. Milliseconds; infinite when one did not in time. */
export async function untilBus({ servers }: Topology, state: "connected" | "away", withinMs: number): Promise<number> {
  const began = performance.now();
  const wanted = state === "connected" ? 1 : 0;
  while (performance.now() - began < withinMs) {
    const figures = await Promise.all(servers.map(({ url }) => readMetrics(url)));
    if (figures.every((figure) => figure.get("countersign_bus_connected") === wanted)) return performance.now() - began;
    await pause(20);
  }
  return Number.POSITIVE_INFINITY;
}

/** How often each server has noticed that it may have missed something. */
export async function readGaps({ servers }: Topology): Promise<readonly number[]> {
  const figures = await Promise.all(servers.map(({ url }) => readMetrics(url)));
  return figures.map((figure) => figure.get("countersign_bus_gaps_total") ?? Number.NaN);
}
