/** Time for what ends with a lease to be closed: after the last confirmation nothing is open for longer than the lease. */
const closingMs = 100;

/** How many milliseconds are left until what was confirmed at `confirmedAt` (by `performance.now`) is to be closed. */
export function untilLeaseEnds(confirmedAt: number, leaseMs: number): number {
  return confirmedAt + leaseMs - Math.min(closingMs, leaseMs / 20) - performance.now();
}
