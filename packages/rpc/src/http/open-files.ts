import { readFileSync } from "node:fs";

/**
 * How many files and connections the system lets this process have open (`ulimit -n`); infinite where it does not say.
 *
 * Node closes connections beyond it without a word to anybody, and what else wants to open a file fails.
 */
export function readOpenFilesLimit(): number {
  try {
    const [, soft = ""] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return /^\d+$/.test(soft) ? Number(soft) : Number.POSITIVE_INFINITY;
  } catch {
    // Only Linux has it. Elsewhere MAX_CONNECTIONS is all that bounds them.
    return Number.POSITIVE_INFINITY;
  }
}
