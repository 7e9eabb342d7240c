import type { Machine } from "@app/services";

import type { Figure } from "../fault.ts";

/** One fault, once: what it was run with, and what came of it. A line of docs/reliability.json. */
export interface Run {
  readonly fault: string;
  readonly about: string;
  readonly ids: readonly string[];
  readonly length: "short" | "long";
  readonly seed: number;
  readonly commit: string;
  /** When it began, as ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  /** What the checker found, as `I1: what was broken`. */
  readonly violations: readonly string[];
  /** Why it came to no end; null when it did. */
  readonly failure: string | null;
}

/** Is all as it must be? */
export function isRunPassed({ figures, violations, failure }: Run): boolean {
  return failure === null && violations.length === 0 && figures.every(({ isMet }) => isMet);
}
