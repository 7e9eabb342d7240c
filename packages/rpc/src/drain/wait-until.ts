import { setTimeout as pause } from "node:timers/promises";

const lookEveryMs = 20;

/** Looks, now and in later turns of the event loop, until it is so, or the deadline (of `performance.now()`) has passed. */
export async function waitUntil(isSo: () => boolean, deadline: number): Promise<void> {
  while (!isSo() && performance.now() < deadline) await pause(lookEveryMs);
}
