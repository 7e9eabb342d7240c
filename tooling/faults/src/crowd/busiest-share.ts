/** The share of so many clients that something happened to in the busiest second, the seconds counted from `startedAt`. In milliseconds. */
export function busiestShare(at: readonly number[], startedAt: number, clients: number): number {
  const bins = Map.groupBy(at, (ms) => Math.floor((ms - startedAt) / 1000));
  return Math.max(0, ...Array.from(bins.values(), ({ length }) => length)) / clients;
}
