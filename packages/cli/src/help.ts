import type { Command, OptionSet } from "./command.ts";
import { commonOptions } from "./read-arguments.ts";

/** The help of one command. */
export function helpOf({ name, summary, details, operands, options }: Command): string {
  const hasOwn = Object.keys(options).length > 0;
  return [
    summary,
    "",
    `  countersign ${[name, operands?.usage, "[options]"].filter(Boolean).join(" ")}`,
    ...(details === undefined ? [] : ["", details]),
    ...(hasOwn ? ["", "Options", ...describeOptions(options)] : []),
    "",
    "Every command takes",
    ...describeOptions(commonOptions),
  ].join("\n");
}

/** The help of all commands, or of those whose name begins with this word. */
export function helpOfAll(commands: readonly Command[], firstWord: string | null = null): string {
  const shown = commands.filter(({ name }) => firstWord === null || name.split(" ")[0] === firstWord);
  const usages = shown.map(({ name, operands }) => [name, operands?.usage].filter(Boolean).join(" "));
  return [
    "Accounts and sessions of a Countersign server, also while it runs.",
    "",
    "  countersign <command> [options]",
    "",
    "Commands",
    ...list(shown.map(({ summary }, index) => [usages[index] ?? "", summary])),
    "",
    "Every command takes",
    ...describeOptions(commonOptions),
    "",
    "More about one of them: countersign <command> --help",
  ].join("\n");
}

function describeOptions(options: OptionSet): string[] {
  return list(
    Object.entries(options).map(([name, { value, help }]) => [
      `--${name}${value === undefined ? "" : ` <${value}>`}`,
      help,
    ]),
  );
}

function list(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...entries.map(([term]) => term.length));
  return entries.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`);
}
