import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What the figures depend on besides the program. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Of the last minute, when the benchmark began: above 0.5 something else was running. */
  readonly load: number;
}

const measured = ["@trpc/server", "ws", "better-sqlite3", "drizzle-orm", "lucia"];

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    versions: Object.fromEntries(measured.map((name) => [name, versionOf(name)])),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`${name} is not installed.`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
