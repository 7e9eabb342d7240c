import { describeMachine } from "@app/services";
import { describeViolations } from "@app/workload";

import type { Fault, FaultOptions } from "./fault.ts";
import { describeCommit } from "./page/record.ts";
import type { Run } from "./page/run.ts";
import { runApart } from "./run-apart.ts";

export interface RunFaultsOptions extends FaultOptions {
  /** The module that lists them. Default: the project's. */
  readonly module?: string;
  /** Hears of each when it is done, with what shows why it failed, for people to read: empty when it has not. */
  readonly onRun: (run: Run, details: string) => Promise<void> | void;
}

/** Runs them one after the other, whatever becomes of any of them. */
export async function runFaults(faults: readonly Fault[], options: RunFaultsOptions): Promise<readonly Run[]> {
  const { length, seed, tell, onRun, module = `${import.meta.dirname}/faults.ts` } = options;
  const runs: Run[] = [];
  for (const fault of faults) {
    const date = new Date().toISOString();
    const machine = describeMachine();
    const startedAt = performance.now();
    const mostMinutes = length === "short" ? shortMinutes : (fault.mostMinutes ?? longMinutes);
    const { report, failure } = await runApart(fault.name, {
      length,
      seed,
      tell,
      module,
      mostMs: mostMinutes * 60_000,
    });
    const run: Run = {
      fault: fault.name,
      about: fault.about,
      ids: fault.ids,
      length,
      seed,
      commit: await describeCommit(),
      date,
      machine,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      figures: report?.figures ?? [],
      violations: (report?.violations ?? []).map(({ rule, what }) => `${rule}: ${what}`),
      failure: failure?.split("\n")[0] ?? null,
    };
    runs.push(run);
    await onRun(run, failure ?? describeViolations(report.violations));
  }
  return runs;
}

const shortMinutes = 5;
const longMinutes = 30;
