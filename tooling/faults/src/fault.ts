import type { Violation } from "@app/workload";

import type { SummaryRow } from "./page/summary.ts";

/** Something that goes wrong in production, made to go wrong here while people are at work. */
export interface Fault {
  /** On the command line. */
  readonly name: string;
  /** The cases of docs/acceptance.md it shows. */
  readonly ids: readonly string[];
  readonly about: string;
  /** How long its long form may take, before it is ended and has failed. 30 when it is left out. */
  readonly mostMinutes?: number;
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
  /** Which line of the page's first table it belongs to, if any. */
  readonly row?: SummaryRow;
}
