import { parseArgs } from "node:util";

import { describeViolations } from "@app/workload";

import { isPassed } from "./fault.ts";
import { faults } from "./faults.ts";
import { record } from "./record.ts";

// Leaving this way runs what is to be done at the end of the process.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { record: { type: "boolean" }, short: { type: "boolean" }, seed: { type: "string" } },
  });
  const [name = null] = positionals;
  const wanted = name === "all" ? faults : faults.filter((fault) => fault.name === name);
  if (wanted.length === 0) {
    const list = faults.map(({ name: each, ids, about }) => `  ${each.padEnd(10)} ${[about, ...ids].join(", ")}`);
    const usage = `pnpm faults NAME|all [--short] [--seed N] [--record]\n\n${list.join("\n")}`;
    if (name !== null) throw new Error(`There is no fault "${name}".\n\n${usage}`);
    return console.log(usage);
  }

  const seed = readSeed(values.seed);
  for (const fault of wanted) {
    const report = await fault.run({ length: values.short ? "short" : "long", seed, tell });
    tell("");
    console.log(`${fault.name}: ${isPassed(report) ? "passed" : "FAILED"}, seed ${seed}`);
    for (const { name: figure, target, seen, how } of report.figures) {
      console.log(`  ${figure}: ${seen} (target ${target}; ${how})`);
    }
    if (report.violations.length > 0) console.log(describeViolations(report.violations));
    if (!isPassed(report)) process.exitCode = 1;
    if (values.record) await record(fault, report, seed);
  }
}

function readSeed(text = "1"): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= 2_147_483_647) return seed;
  throw new Error(`--seed "${text}": write a whole number from 0 to 2147483647.`);
}

/** On standard error, so that the figures can be kept by themselves. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}
