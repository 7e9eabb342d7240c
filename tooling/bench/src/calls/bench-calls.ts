import type { BenchmarkOptions, Report, Table } from "../benchmark.ts";
import { prepareGenerator } from "../load/generator.ts";
import { median } from "../report/statistics.ts";
import { ScratchFolder } from "../scratch-folder.ts";

import { type CallFigures, measureCalls } from "./measure-calls.ts";
import { Stores } from "./stores.ts";
import { baseline, startVariants, type Variant, variantPlans } from "./variants.ts";

/** So many connections, each with so many calls under way. */
export interface Shape {
  readonly connections: number;
  readonly depth: number;
}

export interface CallsOptions extends BenchmarkOptions {
  /** The labels of what is measured. Default: all. */
  readonly only?: readonly string[];
}

/** What a call costs, from the bare socket to a session and a permission checked in a database. */
export async function benchCalls(options: CallsOptions): Promise<Report> {
  const { rounds = 5, seconds = 1, only, profileFolder, tell } = options;
  const shapes = shapesOf(options.connections === undefined ? [1, 50, 500] : [options.connections]);
  const plans = variantPlans.filter(({ label }) => !only || only.includes(label));
  using scratch = new ScratchFolder();
  await using stack = new AsyncDisposableStack();
  const generator = await prepareGenerator(scratch.path);
  const clientCount = Math.max(...shapes.map(({ connections }) => connections));
  const stores = new Stores({ clientCount, scratch, stack });
  const variants = await startVariants(plans, { stores, stack, folder: scratch.path, profileFolder });

  const measure = ({ side, clientsFile, isOnPostgres }: Variant, shape: Shape, warmUpSeconds: number) => {
    const postgresPid = isOnPostgres ? stores.postgresPid : null;
    return measureCalls(generator, side, { clientsFile, ...shape, warmUpSeconds, seconds }, postgresPid);
  };
  tell("warming up");
  for (const variant of variants) await measure(variant, { connections: clientCount, depth: 4 }, seconds);

  const measured = new Measured();
  for (let round = 0; round < rounds; round += 1) {
    for (const shape of shapes) {
      tell(`round ${round + 1} of ${rounds}: ${nameOf(shape)}`);
      // Each round begins with another one, so that none always follows the same neighbour.
      for (const variant of rotate(variants, round)) {
        measured.add(variant.label, shape, await measure(variant, shape, Math.min(0.3, seconds)));
      }
    }
  }
  return report(measured, { plans, shapes, generator: generator.kind, rounds, seconds });
}

function shapesOf(counts: readonly number[]): Shape[] {
  return counts.flatMap((connections) => [1, 16].map((depth) => ({ connections, depth })));
}

/** All figures, by variant and shape, in the order of the rounds. */
class Measured {
  readonly #figures = new Map<string, CallFigures[]>();

  add(label: string, shape: Shape, figures: CallFigures): void {
    const key = `${label}, ${nameOf(shape)}`;
    const all = this.#figures.get(key);
    if (all) all.push(figures);
    else this.#figures.set(key, [figures]);
  }

  of(label: string, shape: Shape): readonly CallFigures[] {
    return this.#figures.get(`${label}, ${nameOf(shape)}`) ?? [];
  }

  median(label: string, shape: Shape, read: (figures: CallFigures) => number): number {
    return median(this.of(label, shape).map(read));
  }

  /** Null where it is known of none. */
  medianIfKnown(label: string, shape: Shape, read: (figures: CallFigures) => number | null): number | null {
    const known = this.of(label, shape).flatMap((figures) => read(figures) ?? []);
    return known.length === 0 ? null : median(known);
  }

  /** The median over the rounds of what this one costs in units of the baseline's cost in the same round. */
  ratio(label: string, shape: Shape): number | null {
    const base = this.of(baseline, shape);
    if (base.length === 0) return null;
    return median(
      this.of(label, shape).map(
        (figures, round) => figures.serverMicrosecondsPerCall / (base[round]?.serverMicrosecondsPerCall ?? Number.NaN),
      ),
    );
  }
}

interface Setting {
  readonly plans: readonly { readonly label: string }[];
  readonly shapes: readonly Shape[];
  readonly generator: string;
  readonly rounds: number;
  readonly seconds: number;
}

function report(measured: Measured, { plans, shapes, generator, rounds, seconds }: Setting): Report {
  const labels = plans.map(({ label }) => label);
  const table = (title: string, read: (label: string, shape: Shape) => string | number | null): Table => ({
    title,
    columns: ["connections × calls at once", ...shapes.map(nameOf)],
    rows: labels.map((label) => [label, ...shapes.map((shape) => read(label, shape))]),
  });

  return {
    tables: [
      table("Server CPU per call, µs", (label, shape) => measured.median(label, shape, cpuOf)),
      table(`Server CPU per call, in units of ${baseline}`, (label, shape) => measured.ratio(label, shape)),
      table("CPU of PostgreSQL's processes per call, µs", (label, shape) =>
        measured.medianIfKnown(label, shape, (each) => each.postgresMicrosecondsPerCall),
      ),
      table("Calls per second", (label, shape) => measured.median(label, shape, (each) => each.callsPerSecond)),
      table("Time to the answer, µs: p50 / p99", (label, shape) => {
        const p50 = Math.round(measured.median(label, shape, (each) => each.p50Microseconds));
        return `${p50} / ${Math.round(measured.median(label, shape, (each) => each.p99Microseconds))}`;
      }),
    ],
    notes: [
      `Medians of ${rounds} rounds of ${seconds} s each, all servers in each round; the load generator was written in ${generator}.`,
      `The generator used at most ${Math.round(100 * mostOf(measured, labels, shapes))} % of a core. PostgreSQL ran on the same machine, without fsync.`,
    ],
    figures: shapes.flatMap((shape) =>
      labels.map((label) => ({ label, shape: nameOf(shape), rounds: measured.of(label, shape) })),
    ),
  };
}

function cpuOf({ serverMicrosecondsPerCall }: CallFigures): number {
  return serverMicrosecondsPerCall;
}

function mostOf(measured: Measured, labels: readonly string[], shapes: readonly Shape[]): number {
  return Math.max(
    ...labels.flatMap((label) => shapes.map((shape) => measured.median(label, shape, (each) => each.generatorShare))),
  );
}

function nameOf({ connections, depth }: Shape): string {
  return `${connections} × ${depth}`;
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
