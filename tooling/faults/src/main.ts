import { runCommand, tellProgress } from "@app/services";

import { faults } from "./faults.ts";
import { record } from "./page/record.ts";
import { isRunPassed, type Run } from "./page/run.ts";
import { describeUsage, readArguments } from "./read-arguments.ts";
import { runFaults } from "./run-faults.ts";

await runCommand(main);

async function main(words: readonly string[]): Promise<void> {
  const { wanted, length, seed, isRecorded } = readArguments(words, faults);
  if (wanted.length === 0) return console.log(describeUsage(faults));

  const runs = await runFaults(wanted, { length, seed, tell: tellProgress, onRun });
  const failed = runs.filter((run) => !isRunPassed(run)).map(({ fault }) => fault);
  if (failed.length === 0) return;
  console.log(`\n${failed.length} of ${runs.length} failed: ${failed.join(", ")}`);
  process.exitCode = 1;

  async function onRun(run: Run, details: string): Promise<void> {
    tellProgress("");
    console.log(`${run.fault}: ${isRunPassed(run) ? "passed" : "FAILED"}, seed ${seed}, ${run.seconds} s`);
    for (const { name, target, seen, how, isMet } of run.figures) {
      console.log(`  ${name}: ${seen}${isMet ? "" : " MISSED"} (target ${target}; ${how})`);
    }
    if (details !== "") console.log(details);
    if (isRecorded) await record(run);
  }
}
