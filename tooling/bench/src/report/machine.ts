import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

import { describeMachine as describeAny, type Machine as AnyMachine } from "@app/services";

/** What the figures depend on besides the program. */
export interface Machine extends AnyMachine {
  readonly versions: Readonly<Record<string, string>>;
}

const measured = ["@trpc/server", "ws", "better-sqlite3", "drizzle-orm", "lucia"];

export function describeMachine(): Machine {
  return { ...describeAny(), versions: Object.fromEntries(measured.map((name) => [name, versionOf(name)])) };
}

function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`${name} is not installed.`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
