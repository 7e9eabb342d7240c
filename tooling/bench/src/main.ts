import { writeFileSync } from "node:fs";

import { runCommand, tellProgress as tell } from "@app/services";

import { benchmarks } from "./benchmarks.ts";
import { readArguments } from "./read-arguments.ts";
import { formatTable } from "./report/format-table.ts";
import { describeMachine } from "./report/machine.ts";

await runCommand(main);

async function main(words: readonly string[]): Promise<void> {
  const { name, jsonFile, ...options } = readArguments(words);
  const benchmark = benchmarks.find((each) => each.name === name);
  if (!benchmark) {
    const list = benchmarks.map((each) => `  ${each.name.padEnd(13)} ${each.about}`).join("\n");
    const usage = `pnpm bench NAME [--rounds N] [--seconds S] [--connections N] [--replicas N] [--json FILE] [--profile FOLDER]\n\n${list}`;
    if (name !== null) throw new Error(`There is no benchmark "${name}".\n\n${usage}`);
    return console.log(usage);
  }

  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const report = await benchmark.run({ ...options, tell });
  for (const table of report.tables) console.log(`${formatTable(table)}\n`);
  for (const note of report.notes) console.log(`- ${note}`);
  const { cores, processor, memoryGiB, system, node, load } = machine;
  console.log(`- ${cores} × ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}; load when it began: ${load}.`);
  if (jsonFile !== null)
    writeFileSync(jsonFile, `${JSON.stringify({ name, startedAt, machine, ...report }, null, 2)}\n`);
}
