import { parseArgs } from "node:util";

import type { Command, CommandInput, OptionSet } from "./command.ts";
import { Failure } from "./failure.ts";
import { suggest } from "./suggest.ts";

/** What every command takes. */
export const commonOptions = {
  database: { value: "url", help: "The server's database. Without it, what DATABASE_URL says." },
  json: { help: "Answers as JSON, for programs." },
  help: { help: "Tells what the command does, and does nothing." },
} as const satisfies OptionSet;

export interface Arguments extends CommandInput<OptionSet> {
  readonly common: CommandInput<typeof commonOptions>["options"];
}

/**
 * Reads the words that come after a command's name.
 *
 * @throws Failure on whatever the command does not know or lacks
 */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const known: OptionSet = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(
        Object.entries(known).map(([name, { value }]) => [
          name,
          { type: value === undefined ? ("boolean" as const) : ("string" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
    allowPositionals: true,
    // What is wrong is told below, with a cure.
    strict: false,
    tokens: true,
  });

  const given = new Map<string, string | true>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    if (given.has(token.name)) throw new Failure("usage", `${token.rawName} is there twice. Write it once.`);
    given.set(token.name, readOption(command, known, token));
  }
  if (!given.has("help")) requireCount(command, operands);

  const read = (options: OptionSet) =>
    Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        value === undefined ? given.has(name) : (given.get(name) ?? null),
      ]),
    );
  return {
    operands,
    options: read(command.options) as Arguments["options"], // `read` goes by the same options as the type.
    common: read(commonOptions) as Arguments["common"],
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readOption(command: Command, known: OptionSet, token: OptionToken): string | true {
  const { name, rawName, value, inlineValue } = token;
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!option) throw unknownOption(command, known, token);
  if (option.value === undefined) {
    if (value === undefined) return true;
    throw new Failure("usage", `${rawName} takes no value.`);
  }
  // `--email --json` is a forgotten value, not an address.
  if (value === undefined || (!inlineValue && value.startsWith("-"))) {
    throw new Failure("usage", `${rawName} needs a value: ${rawName} <${option.value}>.`);
  }
  return value;
}

function unknownOption(command: Command, known: OptionSet, { name, rawName }: OptionToken): Failure {
  if (name.startsWith("pass") || name === "p") {
    return new Failure(
      "usage",
      `${rawName}: a password is never an argument, because others see it in the list of processes and in the shell's ` +
        "history. It is asked for, or read from standard input.",
    );
  }
  const meant = suggest(name, Object.keys(known));
  return new Failure(
    "usage",
    `"countersign ${command.name}" has no option ${rawName}. ` +
      (meant === null ? `See countersign ${command.name} --help.` : `Did you mean --${meant}?`),
  );
}

function requireCount({ name, operands = noOperands }: Command, given: readonly string[]): void {
  const usage = `countersign ${name} ${operands.usage}`.trim();
  if (given.length < operands.least) throw new Failure("usage", `Something is missing: ${usage}.`);
  const [surplus] = given.slice(operands.most);
  if (surplus !== undefined) throw new Failure("usage", `"${surplus}" is too much: ${usage}.`);
  if (given.includes("")) throw new Failure("usage", `One of the arguments is empty: ${usage}.`);
}

const noOperands = { usage: "", least: 0, most: 0 };
