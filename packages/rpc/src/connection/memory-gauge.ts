import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";

/**
 * What V8 adds to `--max-old-space-size` in the limit it tells: its young generation at its largest. The process ends when the
 * old one is full, long before the sum is.
 */
const youngBytes = 3 * 32 * 1024 * 1024;

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
  return () => {
    const now = performance.now();
    if (now - readAt < goodForMs) return share;
    readAt = now;
    share = Math.max(readHeapShare(), readProcessShare());
    return share;
  };
}

function readHeapShare(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith("new_"));
  const used = old.reduce((sum, space) => sum + space.space_used_size, 0);
  return used / Math.max(getHeapStatistics().heap_size_limit - youngBytes, youngBytes / 8);
}

/** 0 where nothing limits the process. */
function readProcessShare(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? process.memoryUsage.rss() / limit : 0;
}
