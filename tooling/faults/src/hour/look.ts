import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import type { AppServer } from "@app/services";
import { readHoldings, readMetrics } from "@app/workload";

/** What servers hold while all rest. */
export interface Look extends Own {
  /** Since the beginning. */
  readonly minutes: number;
  /** After a collection, of the server with the most of it. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** What belongs to those who are there, on all servers. */
export interface Own {
  readonly connections: number;
  readonly subscriptions: number;
}

/** Looks as soon as they hold no more than is somebody's, or when they have had their time for that. */
export async function lookAt(servers: readonly AppServer[], own: Own): Promise<Omit<Look, "minutes">> {
  const deadline = performance.now() + longestMs;
  let held = await readHeld(servers);
  while (performance.now() < deadline && !isDeepStrictEqual(held, own)) {
    await pause(100);
    held = await readHeld(servers);
  }
  const holdings = await Promise.all(servers.map((server) => readHoldings(server)));
  return {
    ...held,
    heapBytes: Math.max(...holdings.map(({ heapBytes }) => heapBytes)),
    residentBytes: Math.max(...holdings.map(({ residentBytes }) => residentBytes)),
  };
}

/** Longer than a lease, and than any server waits for a socket that is being closed. */
const longestMs = 30_000;

async function readHeld(servers: readonly AppServer[]): Promise<Own> {
  const all = await Promise.all(servers.map(({ url }) => readMetrics(url)));
  const total = (...series: readonly string[]) =>
    all.flatMap((metrics) => series.map((name) => metrics.get(name) ?? Number.NaN)).reduce((sum, value) => sum + value);
  return {
    connections: total(...["signed_in", "anonymous"].map((kind) => `countersign_connections{kind="${kind}"}`)),
    subscriptions: total("countersign_watchers"),
  };
}
