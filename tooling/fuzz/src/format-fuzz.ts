import { type FuzzReport, socketsOf } from "./run-fuzz.ts";

/** The figures of a run, as lines of Markdown. */
export function formatFuzz(report: FuzzReport): string {
  const { canary, heap, before, after } = report;
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  const statuses = Object.entries(report.statuses)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([status, count]) => `${status}: ${count}`);
  return [
    `- hostile upgrades: ${report.upgrades} (${statuses.join(", ")})`,
    `- hostile frames: ${report.frames}, over ${report.socketsOpened} sockets`,
    `- seed ${report.seed}, ${Math.round(report.seconds)} s`,
    `- the process ended: ${report.ended === null ? "no" : "yes"}; lines of its log at the level of an error: ${report.errors.length}`,
    `- an honest user beside them: ${canary.calls} calls, ${canary.wrong.length} wrong or without an answer; p50 ${canary.p50Ms.toFixed(1)} ms, p99 ${canary.p99Ms.toFixed(1)} ms, longest ${canary.maxMs.toFixed(0)} ms`,
    `- heap after a collection: ${heap.map(megabytes).join(", ")} MB; slope over the second half ${Math.round(report.heapSlope)} bytes per 1,000 sent`,
    `- connections open: ${before ? socketsOf(before) : "?"} before, ${after ? socketsOf(after) : "?"} after`,
  ].join("\n");
}
