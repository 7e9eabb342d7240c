/** One table of a report. Numbers are rounded when they are printed, not before. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What a benchmark found out. */
export interface Report {
  readonly tables: readonly Table[];
  /** What the reader must know to read the tables right. */
  readonly notes: readonly string[];
  /** Every figure, round by round. */
  readonly figures: unknown;
}

/** What the command line says to all benchmarks. Each has defaults of its own for what is left out. */
export interface BenchmarkOptions {
  /** How often everything is measured; medians are shown. */
  readonly rounds?: number | undefined;
  /** How long one measurement takes. */
  readonly seconds?: number | undefined;
  /** How many sockets are open. */
  readonly connections?: number | undefined;
  /** How many servers of one app there are, of benchmarks that have several. */
  readonly replicas?: number | undefined;
  /** Where each server leaves a CPU profile when it ends. */
  readonly profileFolder?: string | undefined;
  /** Hears what is being done. */
  readonly tell: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(options: BenchmarkOptions): Promise<Report>;
}
