/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = requireValue(sorted, middle);
  return sorted.length % 2 === 1 ? upper : (upper + requireValue(sorted, middle - 1)) / 2;
}

/** The smallest value that at least this share of the values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return requireValue(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { count: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}

function requireValue(sorted: readonly number[], index: number): number {
  const value = sorted[index];
  if (value === undefined) throw new Error("Nothing was measured.");
  return value;
}
