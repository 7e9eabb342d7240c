import { setTimeout as pause } from "node:timers/promises";

import { callHttp, SocketLost } from "@app/workload";

/** How often something was asked until it was answered, and when the first time was. */
export interface AskedCall {
  /** Milliseconds since the run began. */
  readonly t: number;
  readonly tries: number;
}

/** Those who load a page meanwhile: each request over a connection of its own, and asked again where it is not answered. */
export function startVisitors(url: string, count: number): { stop(): Promise<readonly AskedCall[]> } {
  const calls: AskedCall[] = [];
  const startedAt = performance.now();
  let isStopped = false;

  async function visit(): Promise<void> {
    while (!isStopped) {
      const t = performance.now() - startedAt;
      let tries = 1;
      while (!(await isAnswered(url))) tries += 1;
      calls.push({ t, tries });
      await pause(restMs);
    }
  }

  const visits = Array.from({ length: count }, visit);
  return {
    async stop() {
      isStopped = true;
      await Promise.all(visits);
      return calls;
    },
  };
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const { status } = await callHttp(url, "auth.config", { method: "GET" });
    return status === 200;
  } catch (error) {
    if (error instanceof SocketLost) return false;
    throw error;
  }
}

/** All of them have one address, which is limited. */
const restMs = 25;
