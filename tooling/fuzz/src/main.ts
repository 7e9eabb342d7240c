import { parseArgs } from "node:util";

import { formatFuzz } from "./format-fuzz.ts";
import { judgeFuzz } from "./judge-fuzz.ts";
import { runFuzz } from "./run-fuzz.ts";

// Leaving this way runs what is to be done at the end of the process.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** `pnpm fuzz [--count 100000] [--seed 1]`: sends so much, prints the figures, and fails when something is wrong. */
async function main(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: { count: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
  });
  const [count, seed] = [readCount("--count", values.count), readCount("--seed", values.seed)];
  const report = await runFuzz({ count, seed, onProgress: (line) => process.stderr.write(`${line}\n`) });
  console.log(formatFuzz(report));
  const faults = judgeFuzz(report);
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

function readCount(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${name} "${text}": write a whole number, as in pnpm fuzz --count 100000 --seed 1`);
}
