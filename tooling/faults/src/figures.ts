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
  return none(figure, violations.filter(({ rule }) => rules.includes(rule)).length);
}

/** Something that must not be: how often it was. */
export function none(figure: Named, count: number): Figure {
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

/** A part of a whole that has to be as large as this, from 0 to 1. */
export function shareOf({ least, ...figure }: Named & { readonly least: number }, part: number, all: number): Figure {
  const percent = (share: number, digits: number) => `${(share * 100).toFixed(digits)} %`;
  const isMet = all > 0 && part / all >= least;
  return { ...figure, target: `≥ ${percent(least, 0)}`, seen: percent(part / all, 2), isMet };
}

/** A time that must stay below twice what it is on this machine in this run when nothing is wrong. */
export function timeBelowTwice(figure: Named, seenMs: number, baseMs: number): Figure {
  return { ...figure, target: `< 2 × ${seconds(baseMs)}`, seen: seconds(seenMs), isMet: seenMs < 2 * baseMs };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1000 ? 3 : 2)} s`;
}
