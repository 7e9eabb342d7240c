import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import * as fc from "fast-check";

import { HostileSocket, sendUpgrade } from "./attack.ts";
import { openCanary } from "./canary.ts";
import { type FuzzTarget, startFuzzTarget } from "./fuzz-target.ts";
import { type HostileFrame, hostileFrames } from "./hostile-frame.ts";
import { type HostileUpgrade, hostileUpgrades } from "./hostile-upgrade.ts";
import type { Holdings } from "./probe.ts";
import { slopeOf } from "./slope.ts";

const appEntry = join(import.meta.dirname, "../../../apps/server/src/main.ts");

export interface FuzzOptions {
  /** Hostile upgrades and frames together. */
  readonly count: number;
  /** The same seed sends the same. */
  readonly seed: number;
  /** The server that is run. Default: the app's own. */
  readonly entry?: string;
  readonly onProgress?: (line: string) => void;
}

/** What was sent, and what the server did. */
export interface FuzzReport {
  readonly seed: number;
  readonly upgrades: number;
  readonly frames: number;
  readonly socketsOpened: number;
  /** Upgrades by the status they were answered with. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How the server ended; null when it did not. */
  readonly ended: string | null;
  readonly errors: readonly string[];
  readonly canary: {
    readonly calls: number;
    readonly wrong: readonly string[];
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
  /** Bytes of the heap after a collection: before, and after each part. */
  readonly heap: readonly number[];
  /** By how many bytes the heap grew with each 1,000 sent, over the second half. */
  readonly heapSlope: number;
  readonly before: Holdings | null;
  readonly after: Holdings | null;
  readonly seconds: number;
}

/** The heap is looked at after each part of so many, as often as makes sense. */
const partSize = 1000;
const mostParts = 20;
const atOnce = 40;
/** The canary calls once for so many. */
const perCall = 50;

/**
 * Sends hostile requests for sockets, and hostile frames over open ones, to a server in a process of its own. In between, an
 * honest user calls. Ends early when the server does.
 */
export async function runFuzz({ count, seed, entry = appEntry, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const from = performance.now();
  const parts = Math.min(mostParts, Math.ceil(count / partSize));
  await using target = await startFuzzTarget(entry);
  using canary = await openCanary(target.origin);
  const statuses: Record<string, number> = {};
  const sockets = Array.from({ length: atOnce }, () => new HostileSocket(target.port, target.origin));
  const heap: number[] = [];
  const sent = { upgrades: 0, frames: 0 };
  const before = await settle(target);
  if (before) heap.push(before.heapBytes);
  let after: Holdings | null = before;

  for (let part = 0; part < parts && target.ended === null; part += 1) {
    const size = Math.round((count * (part + 1)) / parts) - Math.round((count * part) / parts);
    // One queue for all of them: each takes the next.
    const queue = createAttacks(target.origin, seed + part, size).values();
    await Promise.all(sockets.map((socket) => attack(socket, queue)));
    for (const socket of sockets) socket.close();
    after = await settle(target);
    if (after) heap.push(after.heapBytes);
    const kibibytes = Math.round((after?.heapBytes ?? 0) / 1024);
    onProgress?.(`${sent.upgrades + sent.frames} sent, heap ${kibibytes} KiB`);
  }

  async function attack(socket: HostileSocket, queue: Iterable<HostileFrame | HostileUpgrade>): Promise<void> {
    for (const one of queue) {
      if (target.ended !== null) return;
      const isTurn = (sent.upgrades + sent.frames) % perCall === 0;
      if (one.kind === "frame") {
        sent.frames += 1;
        await socket.send(one);
      } else {
        sent.upgrades += 1;
        const status = await sendUpgrade(target.port, one);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      if (isTurn) await canary.sing();
    }
  }

  const sorted = canary.tookMs.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    seed,
    ...sent,
    socketsOpened: sockets.reduce((sum, { opened }) => sum + opened, 0),
    statuses,
    ended: target.ended,
    errors: target.errors,
    canary: { calls: sorted.length, wrong: canary.wrong, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
    heap,
    // Caches fill at first: the second half tells.
    heapSlope: slopeOf(
      heap.slice(Math.floor(heap.length / 2)).map((y, place) => ({ x: (place * count) / parts / 1000, y })),
    ),
    before,
    after,
    seconds: (performance.now() - from) / 1000,
  };
}

/** A fixed sequence of both kinds, mixed. */
function createAttacks(origin: string, seed: number, count: number): (HostileFrame | HostileUpgrade)[] {
  const any = fc.oneof(
    { weight: 6, arbitrary: hostileFrames() },
    { weight: 4, arbitrary: hostileUpgrades({ host: new URL(origin).host, origin }) },
  );
  return fc.sample<HostileFrame | HostileUpgrade>(any, { seed, numRuns: count });
}

/** What the server holds when it has noticed that all have gone; null when it has ended. */
async function settle(target: FuzzTarget): Promise<Holdings | null> {
  let holdings: Holdings | null = null;
  let before = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 40 && target.ended === null; look += 1) {
    await pause(100);
    holdings = await target.measure().catch(() => null);
    const sockets = holdings === null ? 0 : socketsOf(holdings);
    // Half handshakes are waited for: until there are no fewer than a moment ago, and few.
    if (sockets <= 4 && sockets >= before) break;
    before = sockets;
  }
  return target.ended === null ? holdings : null;
}

/** Open connections, of all kinds of handles. */
export function socketsOf({ handles }: Holdings): number {
  return Object.entries(handles).reduce((sum, [kind, count]) => (/TCPSocketWrap/.test(kind) ? sum + count : sum), 0);
}
