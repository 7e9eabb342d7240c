/**
 * Milliseconds of a clock that all processes of this machine share and that never goes back (CLOCK_MONOTONIC on Linux),
 * so that a moment in the server and one in the client can be compared.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
