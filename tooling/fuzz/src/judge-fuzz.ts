import { type FuzzReport, socketsOf } from "./run-fuzz.ts";

/** How much is borne. */
export const fuzzLimits = {
  /** The heap may grow by so many bytes with each 1,000 sent: what a million would leave fits in 20 MB. */
  heapSlope: 20_000,
  /** A canary that waits longer was kept from being answered. It shares the machine with those who attack. */
  p99Ms: 1000,
  spareSockets: 4,
} as const;

/** What is wrong with the server that was treated so. Empty when nothing is. */
export function judgeFuzz(report: FuzzReport): string[] {
  const { canary, ended, errors, after, before, heapSlope } = report;
  const faults: string[] = [];
  if (ended !== null) faults.push(`The server ended: ${ended}`);
  for (const line of errors.slice(0, 5)) faults.push(`It logged an error: ${line}`);
  if (canary.calls === 0) faults.push("Nobody else called meanwhile: nothing is known of them.");
  for (const answer of canary.wrong.slice(0, 5)) faults.push(`An honest user was not answered rightly: ${answer}`);
  if (canary.p99Ms > fuzzLimits.p99Ms) faults.push(`An honest user waited ${Math.round(canary.p99Ms)} ms (p99).`);
  if (heapSlope > fuzzLimits.heapSlope)
    faults.push(`The heap grew by ${Math.round(heapSlope)} bytes with each 1,000 sent.`);
  if (after?.isPolluted) faults.push("A prototype was reached by an input.");
  if (before && after && socketsOf(after) > socketsOf(before) + fuzzLimits.spareSockets) {
    faults.push(`${socketsOf(after)} connections are open, ${socketsOf(before)} were before.`);
  }
  return faults;
}
