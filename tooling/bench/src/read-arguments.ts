import { resolve } from "node:path";
import { parseArgs } from "node:util";

import type { BenchmarkOptions } from "./benchmark.ts";

export interface Arguments extends Omit<BenchmarkOptions, "tell"> {
  /** Null when only the list is asked for. */
  readonly name: string | null;
  readonly jsonFile: string | null;
}

/** @throws on what it does not know, with the name of it */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      connections: { type: "string" },
      json: { type: "string" },
      profile: { type: "string" },
      replicas: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
    },
  });
  const [name = null, ...more] = positionals;
  if (more.length > 0) throw new Error(`One benchmark at a time: "${more.join(" ")}" is too much.`);
  return {
    name,
    jsonFile: values.json ?? null,
    profileFolder: values.profile === undefined ? undefined : resolve(values.profile),
    connections: readNumber("connections", values.connections, { least: 1, most: 20_000, isWhole: true }),
    replicas: readNumber("replicas", values.replicas, { least: 2, most: 10, isWhole: true }),
    rounds: readNumber("rounds", values.rounds, { least: 1, most: 1000, isWhole: true }),
    seconds: readNumber("seconds", values.seconds, { least: 0.05, most: 60, isWhole: false }),
  };
}

function readNumber(
  name: string,
  text: string | undefined,
  { least, most, isWhole }: { readonly least: number; readonly most: number; readonly isWhole: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new Error(`--${name} "${text}": write a ${isWhole ? "whole " : ""}number from ${least} to ${most}.`);
}
