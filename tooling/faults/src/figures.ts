import type { Evidence, Violation } from "@app/workload";

import type { Figure } from "./fault.ts";

/** The value that this share of all values is not above, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error("There is nothing to take a percentile of.");
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** How many writes were acknowledged. */
export function countAcknowledged({ history }: Pick<Evidence, "history">): number {
  const reads = new Set(["listNotes", "useOldSession", "signOut"]);
  return history.filter(({ op, phase }) => phase === "ok" && !reads.has(op)).length;
}

/** A figure that has to be 0: how often this rule was broken. */
export function brokenRules(
  violations: readonly Violation[],
  figure: { readonly name: string; readonly rules: readonly string[]; readonly how: string },
): Figure {
  const count = violations.filter(({ rule }) => figure.rules.includes(rule)).length;
  return { name: figure.name, target: "0", seen: String(count), isMet: count === 0, how: figure.how };
}

/** A time that must not be exceeded, in milliseconds. */
export function timeWithin(
  figure: { readonly name: string; readonly how: string; readonly mostMs: number },
  seenMs: number,
): Figure {
  const { name, how, mostMs } = figure;
  return { name, how, target: `≤ ${seconds(mostMs)}`, seen: seconds(seenMs), isMet: seenMs <= mostMs };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
