import { setTimeout as pause } from "node:timers/promises";

import type { HistoryEvent, Workload } from "@app/workload";

/** How long it takes from now, in milliseconds, until something that is wanted succeeds. @throws after a minute */
export async function timeUntilSuccess(
  { history }: Workload,
  isWanted: (event: HistoryEvent) => boolean = () => true,
): Promise<number> {
  const startedAt = history.now();
  const isNewSuccess = (event: HistoryEvent) => event.phase === "ok" && event.t > startedAt && isWanted(event);
  while (!history.events.slice(-recentEvents).some(isNewSuccess)) {
    if (history.now() - startedAt > mostMs) throw new Error(`Nothing succeeded for ${mostMs} ms.`);
    await pause(5);
  }
  return history.now() - startedAt;
}

const recentEvents = 500;
const mostMs = 60_000;
