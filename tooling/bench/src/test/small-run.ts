import type { BenchmarkOptions } from "../benchmark.ts";

/** As little as can be measured. */
export const smallRun = { rounds: 2, seconds: 0.1, tell: () => {} } as const satisfies BenchmarkOptions;

/** How many processes that this one started are still there. */
export function countChildren(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;
}

/** The row of a report's table by its first cell. */
export function rowOf(table: { readonly rows: readonly (readonly unknown[])[] } | undefined, label: string) {
  const row = table?.rows.find(([first]) => first === label);
  if (!row) throw new Error(`The table has no row "${label}".`);
  return row;
}
