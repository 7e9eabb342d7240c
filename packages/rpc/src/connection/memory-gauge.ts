import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";

import { readOldSpaceLimit } from "./old-space-limit.ts";

/** So long one reading is good for. */
const goodForMs = 250;

/** Tells which share of the memory it may have this process uses, from 0 to 1. */
export type MemoryGauge = () => number;

/**
 * The larger of two shares: of the heap (`--max-old-space-size`), and of what the container allows the whole process.
 * What is garbage by now counts until it is collected. Reads at most four times a second.
 */
export function createMemoryGauge(): MemoryGauge {
  let share = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  const oldBytes = readOldSpaceLimit(getHeapStatistics().heap_size_limit);
  return () => {
    const now = performance.now();
    if (now - readAt < goodForMs) return share;
    readAt = now;
    share = Math.max(readHeapShare(oldBytes), readProcessShare());
    return share;
  };
}

function readHeapShare(oldBytes: number): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith("new_"));
  const used = old.reduce((sum, space) => sum + space.space_used_size, 0);
  return used / oldBytes;
}

/** 0 where nothing limits the process. */
function readProcessShare(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? process.memoryUsage.rss() / limit : 0;
}
