import { parseArgs } from "node:util";

import type { Fault } from "./fault.ts";

export interface Arguments {
  /** None when only the list is asked for. */
  readonly wanted: readonly Fault[];
  readonly length: "short" | "long";
  readonly seed: number;
  readonly isRecorded: boolean;
}

/** @throws on what it does not know, with the name of it */
export function readArguments(words: readonly string[], faults: readonly Fault[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { record: { type: "boolean" }, short: { type: "boolean" }, seed: { type: "string" } },
  });
  const unknown = positionals.find((name) => name !== "all" && !faults.some((fault) => fault.name === name));
  if (unknown !== undefined) throw new Error(`There is no fault "${unknown}".\n\n${describeUsage(faults)}`);
  const isWanted = ({ name }: Fault) => positionals.includes("all") || positionals.includes(name);
  return {
    wanted: faults.filter(isWanted),
    length: values.short ? "short" : "long",
    seed: readSeed(values.seed),
    isRecorded: values.record ?? false,
  };
}

export function describeUsage(faults: readonly Fault[]): string {
  const list = faults.map(({ name, ids, about }) => `  ${name.padEnd(10)} ${[about, ...ids].join(", ")}`);
  return `pnpm faults NAME…|all [--short] [--seed N] [--record]\n\n${list.join("\n")}`;
}

function readSeed(text = "1"): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= 2_147_483_647) return seed;
  throw new Error(`--seed "${text}": write a whole number from 0 to 2147483647.`);
}
