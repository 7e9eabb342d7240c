import { readdirSync, readFileSync } from "node:fs";

/**
 * The processor time that a process and its children have used so far, in microseconds: PostgreSQL's, with one process for each
 * connection. Of those that have ended it knows nothing, so connections are to stay open meanwhile. Linux only: null elsewhere.
 */
export function readFamilyTime(pid: number | null): number | null {
  if (pid === null || process.platform !== "linux") return null;
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [String(pid), ...children].reduce((sum, name) => sum + timeOf(name), 0);
}

function parentOf(pid: string): number {
  // The name in parentheses may hold anything, blanks too.
  const [, rest = ""] = /^.*\) (.*)$/s.exec(readIfThere(`/proc/${pid}/stat`)) ?? [];
  return Number(rest.split(" ")[1]);
}

/** The scheduler's count, in nanoseconds: `stat` counts in hundredths of a second. */
function timeOf(pid: string): number {
  return Number(readIfThere(`/proc/${pid}/schedstat`).split(" ")[0]) / 1000;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}
