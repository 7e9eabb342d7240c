import { setTimeout as pause } from "node:timers/promises";

import type { Topology } from "@app/workload";

/** Lets the balancer do what balancers do in production: ask every server whether it is ready, and send nobody to one that is not. */
export function followReadiness({ balancer, servers }: Topology): AsyncDisposable {
  const all = balancer.ports;
  let isStopped = false;

  async function follow(): Promise<void> {
    while (!isStopped) {
      const ready = await Promise.all(servers.map(async ({ url, port }) => ((await isReady(url)) ? [port] : [])));
      // With none left, each is tried: one may have become ready since.
      balancer.ports = ready.flat().length > 0 ? ready.flat() : all;
      await pause(everyMs);
    }
  }

  const following = follow();
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await following;
      balancer.ports = all;
    },
  };
}

const everyMs = 100;

async function isReady(url: string): Promise<boolean> {
  // Refused, reset or too late is what a server says that is away.
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
