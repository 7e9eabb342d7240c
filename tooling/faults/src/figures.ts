import type { Evidence, Violation } from "@app/workload";

import type { Figure } from "./fault.ts";
import type { SummaryRow } from "./page/summary.ts";

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
  { rules, ...figure }: Named & { readonly rules: readonly string[] },
): Figure {
  const count = violations.filter(({ rule }) => rules.includes(rule)).length;
  return { ...figure, target: "0", seen: String(count), isMet: count === 0 };
}

/** A figure that has to be 0: how many there are of these, which are told when there are any. */
export function noneOf(found: readonly string[], figure: Named): Figure {
  const [first] = found;
  const how = first === undefined ? figure.how : `${figure.how}; the first: ${first}`;
  return { ...figure, how, target: "0", seen: String(found.length), isMet: found.length === 0 };
}

/** A number that has to be reached. */
export function atLeast({ least, ...figure }: Named & { readonly least: number }, seen: number): Figure {
  const say = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  return { ...figure, target: `≥ ${say(least)}`, seen: say(seen), isMet: seen >= least };
}

/** A time that must not be exceeded, in milliseconds. */
export function timeWithin({ mostMs, ...figure }: Named & { readonly mostMs: number }, seenMs: number): Figure {
  return { ...figure, target: `≤ ${seconds(mostMs)}`, seen: seconds(seenMs), isMet: seenMs <= mostMs };
}

/** What a figure says of itself besides what was seen. */
interface Named {
  readonly name: string;
  readonly how: string;
  readonly row?: SummaryRow;
}

/** A number that must not be exceeded. */
export function atMost(
  { most, unit = "", ...figure }: Named & { readonly most: number; readonly unit?: string },
  seen: number,
): Figure {
  const say = (value: string) => `${value} ${unit}`.trim();
  return { ...figure, target: `≤ ${say(String(most))}`, seen: say(seen.toFixed(1)), isMet: seen <= most };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
