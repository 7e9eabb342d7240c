import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Fault, FaultReport } from "./fault.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const page = join(root, "docs/reliability.md");

/** Writes what was seen into docs/reliability.md, in the place of what stood there of this fault. */
export async function record(fault: Fault, report: FaultReport, seed: number): Promise<void> {
  const { stdout: commit } = await run("git", ["rev-parse", "--short", "HEAD"], { cwd: root });
  const text = replaceSection(
    await readFile(page, "utf8"),
    fault,
    describe(fault, report, { seed, commit: commit.trim() }),
  );
  await writeFile(page, text);
  await run(join(root, "node_modules/.bin/oxfmt"), [page], { cwd: root });
}

/** The page with this section in it, the others as they are. */
export function replaceSection(text: string, { name }: Pick<Fault, "name">, section: string): string {
  const [head = "", ...sections] = text.split(/^(?=## )/m);
  const others = sections.filter((one) => !one.startsWith(`## ${name}\n`));
  const all = [...others, section].toSorted();
  return [head, ...all].map((part) => part.trim()).join("\n\n") + "\n";
}

function describe(
  { name, about, ids }: Fault,
  { figures, violations }: FaultReport,
  { seed, commit }: { readonly seed: number; readonly commit: string },
): string {
  const rows = figures.map(
    (one) => `| ${one.name} | ${one.target} | ${one.seen}${one.isMet ? "" : " **missed**"} | ${one.how} |`,
  );
  return [
    `## ${name}`,
    `${about[0]?.toUpperCase()}${about.slice(1)} (${ids.join(", ")}). \`pnpm faults ${name} --seed ${seed}\` at commit ${commit}; the checker found ${violations.length} violations.`,
    ["| figure | target | seen | how |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}
