import { setTimeout as pause } from "node:timers/promises";

import { readFinalState, readMetrics, type Topology, type Violation } from "@app/workload";
import { type Bus, createPostgresBus, createRedisBus } from "@countersign/bus";

import { play } from "../scene.ts";

/**
 * Everybody looks at one of two servers, and rests. That one's bus is cut, the other one changes something for each of them, and
 * tells of it; then the bus is back. Whoever is not told that hints may have been missed goes on showing what was there before.
 */
export async function missChanges(
  bus: "postgres" | "redis",
  { isOff, seed }: { readonly isOff: boolean; readonly seed: number },
): Promise<readonly Violation[]> {
  const scene = {
    database: "postgres",
    bus,
    replicas: 2,
    seed,
    clients: 4,
    switchedOff: isOff ? (["gap"] as const) : [],
    hasOwnBusNetworks: true,
    settleMs: isOff ? 1500 : 10_000,
  } as const;
  const { violations } = await play(scene, async (topology, workload) => {
    const { balancer, busNetworks, databaseUrl, servers } = topology;
    const [changing, showing] = balancer.ports;
    const [network, server] = [busNetworks[1], servers[1]];
    if (changing === undefined || showing === undefined || !network || !server) {
      throw new Error("There are two servers, each with a network of its own to the bus.");
    }
    balancer.ports = [showing];
    balancer.cut();
    await pause(300);
    await workload.stop();
    await workload.untilShown(() => readFinalState(databaseUrl));

    await using others = await listenIn(bus, topology);
    const gaps = await countGaps(server.url);
    network.refuse();
    network.cut();
    balancer.ports = [changing];
    for (const client of workload.clients) await client.createNoteOverHttp();
    // What is told of four owners' notes has passed, and nobody tells it again.
    while (others.owners.size < workload.clients.length) await pause(10);
    network.accept();
    // It has come back, and it is its own gap that it does not act upon.
    while ((await countGaps(server.url)) === gaps) await pause(20);
  });
  return violations;
}

async function countGaps(serverUrl: string): Promise<number> {
  return (await readMetrics(serverUrl)).get("countersign_bus_gaps_total") ?? Number.NaN;
}

/** As one more replica: whose notes were told to have changed since it listens. */
async function listenIn(kind: "postgres" | "redis", { databaseUrl, redis }: Topology) {
  const bus: Bus =
    kind === "postgres" ? createPostgresBus({ url: databaseUrl }) : createRedisBus({ url: redis?.url ?? "" });
  const owners = new Set<string>();
  bus.subscribe((hint) => {
    if (hint.kind === "topic" && hint.topic.startsWith("rows:notes:owner_id:")) owners.add(hint.topic);
  });
  while (!bus.isConnected) await pause(10);
  return { owners, [Symbol.asyncDispose]: () => bus.close() };
}
