import type { Violation } from "@app/workload";

/** Something that goes wrong in production, made to go wrong here while people are at work. */
export interface Fault {
  /** On the command line. */
  readonly name: string;
  /** The cases of docs/acceptance.md it shows. */
  readonly ids: readonly string[];
  readonly about: string;
  run(options: FaultOptions): Promise<FaultReport>;
}

export interface FaultOptions {
  /** `short` is for every test run, within seconds; `long` is what the figures are recorded from. */
  readonly length: "short" | "long";
  /** The same decisions for the same seed. */
  readonly seed: number;
  /** Hears what is being done. */
  readonly tell: (text: string) => void;
}

export interface FaultReport {
  readonly figures: readonly Figure[];
  /** What the checker found. Nothing may be here. */
  readonly violations: readonly Violation[];
}

/** One line of docs/reliability.md. */
export interface Figure {
  readonly name: string;
  readonly target: string;
  readonly seen: string;
  readonly isMet: boolean;
  /** How it was made: how many, how long, on what. */
  readonly how: string;
}

/** Is all as it must be? */
export function isPassed({ figures, violations }: FaultReport): boolean {
  return violations.length === 0 && figures.every(({ isMet }) => isMet);
}
