import { fuzzLimits, type FuzzReport, judgeFuzz, runFuzz, socketsOf } from "@app/fuzz";

import type { FaultOptions, FaultReport, Figure } from "../fault.ts";

/** WSK-45: hostile requests for sockets and hostile frames, by the thousand, while an honest user calls. */
export async function fuzz({ length, seed, tell }: FaultOptions): Promise<FaultReport> {
  const isLong = length === "long";
  const report = await runFuzz({ count: isLong ? 100_000 : 600, seed, onProgress: tell });
  // In so short a run caches still fill: the long one looks at the heap.
  const faults = judgeFuzz(isLong ? report : { ...report, heapSlope: 0 });
  return {
    violations: faults.map((what) => ({ rule: "fuzz", what, shownBy: [] })),
    figures: describe(report, isLong),
  };
}

function describe(report: FuzzReport, isLong: boolean): Figure[] {
  const { upgrades, frames, socketsOpened, statuses, canary, heapSlope, before, after } = report;
  const answers = Object.entries(statuses)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([status, count]) => `${status}: ${count}`);
  const how = `${upgrades} upgrades (${answers.join(", ")}), ${frames} frames over ${socketsOpened} sockets, SQLite`;
  const calls = `${canary.calls} calls of an honest user beside them`;
  const zero = (name: string, count: number, by: string): Figure => ({
    name,
    target: "0",
    seen: String(count),
    isMet: count === 0,
    how: by,
  });
  const heap: Figure = {
    name: "growth of the heap with each 1,000 sent, over the second half",
    target: `≤ ${fuzzLimits.heapSlope / 1000} kB`,
    seen: `${(heapSlope / 1000).toFixed(1)} kB`,
    isMet: heapSlope <= fuzzLimits.heapSlope,
    how: `${report.heap.length} looks after a collection, ${(report.heap.at(-1) ?? 0) >> 20} MB in the end`,
  };
  return [
    { ...zero("hostile upgrades and frames that end the process", report.ended === null ? 0 : 1, how), row: "hostile" },
    zero("errors in its log", report.errors.length, how),
    zero("calls of others answered wrongly, or not at all", canary.wrong.length, calls),
    {
      name: "what others waited, p99",
      target: `≤ ${fuzzLimits.p99Ms} ms`,
      seen: `${Math.round(canary.p99Ms)} ms`,
      isMet: canary.p99Ms <= fuzzLimits.p99Ms,
      how: calls,
    },
    ...(isLong ? [heap] : []),
    {
      name: "connections open afterwards, beyond those before",
      target: `≤ ${fuzzLimits.spareSockets}`,
      seen: before && after ? String(socketsOf(after) - socketsOf(before)) : "unknown",
      isMet: before !== null && after !== null && socketsOf(after) - socketsOf(before) <= fuzzLimits.spareSockets,
      how,
    },
  ];
}
