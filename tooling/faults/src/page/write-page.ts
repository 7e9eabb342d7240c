import { isRunPassed, type Run } from "./run.ts";
import { summary, type SummaryLine } from "./summary.ts";

/** docs/reliability.md: what was seen in these runs, the last of each fault. */
export function writePage(runs: readonly Run[]): string {
  const sorted = runs.toSorted((one, other) => (one.fault < other.fault ? -1 : 1));
  return [head, writeSummary(sorted), ...sorted.map(writeRun)].join("\n\n") + "\n";
}

const head = `# Reliability

What was seen when things were made to fail while people were at work: \`pnpm faults\` lists the faults, \`pnpm faults kill\` runs one, \`pnpm faults all --record\` runs all and writes this page, from what it keeps in [reliability.json](reliability.json). Short forms of them are part of \`pnpm test\`.

The load is the standard workload (\`tooling/workload\`): clients with accounts of their own create, change, remove, move and list rows, change who may see them, place orders of fifty rows and sign out and in, each through a real socket with live lists open, over a balancer, to servers in processes of their own. Everything a client meant, read and was refused is written down; at the end the checker holds that, every frame that came, and the database to eleven rules (\`tooling/workload/src/checker/check.ts\`).`;

function writeSummary(runs: readonly Run[]): string {
  const rows = Object.entries<SummaryLine>(summary).map(([row, { figure, target, madeBy }]) => {
    const seen = runs.flatMap(({ fault, figures }) =>
      figures
        .filter((one) => one.row === row)
        .map((one) => `${describeSeen(one)} ([${fault}](#${fault}): ${one.name})`),
    );
    return [figure, target, seen.join("; ") || madeBy || "not recorded yet"];
  });
  return `## The figures of this release\n\n${writeTable([["figure", "target", "seen"], ...rows])}`;
}

function writeRun(run: Run): string {
  const rows = run.figures.map((one) => [one.name, one.target, describeSeen(one), one.how]);
  return [
    `## ${run.fault}`,
    `${capitalize(run.about)}${run.ids.length > 0 ? ` (${run.ids.join(", ")})` : ""}. ${describeOutcome(run)}`,
    describeCircumstances(run),
    ...(rows.length > 0 ? [writeTable([["figure", "target", "seen", "how"], ...rows])] : []),
  ].join("\n\n");
}

function describeOutcome(run: Run): string {
  if (isRunPassed(run)) return "Passed.";
  const { violations, failure } = run;
  const found =
    violations.length > 0 ? [`the checker found ${violations.length} violations, as in “${violations[0]}”`] : [];
  const reasons = [...(failure === null ? [] : [failure]), ...found].join("; ");
  return `**Failed**${reasons === "" ? "" : `: ${reasons}`}.`;
}

function describeCircumstances({ fault, length, seed, commit, date, seconds, machine }: Run): string {
  const { cores, processor, memoryGiB, system, node, load } = machine;
  const command = `pnpm faults ${fault}${length === "short" ? " --short" : ""} --seed ${seed}`;
  return `\`${command}\` at commit ${commit}, ${date.slice(0, 10)}, took ${describeTime(seconds)}; ${cores} × ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}, load when it began ${load}.`;
}

function describeTime(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function describeSeen({ seen, isMet }: Run["figures"][number]): string {
  return isMet ? seen : `${seen} **missed**`;
}

/** As the formatter leaves it. */
function writeTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("\n");
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
