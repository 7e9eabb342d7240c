import type { Command } from "./command.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import { helpOf, helpOfAll } from "./help.ts";
import type { OpenOperator } from "./open-operator.ts";
import { type Arguments, readArguments } from "./read-arguments.ts";
import { toSafeJson } from "./report/plain-text.ts";
import { suggest } from "./suggest.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Does what the words say, and answers with what the process is to end with. Answers go to the output, everything else to
 * the errors; nothing is thrown.
 */
export async function runCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    terminal.output.write(`${await answer(commands, words, terminal)}\n`);
    return exitCode.done;
  } catch (error) {
    const failure = await toFailure(error);
    const said = words.includes("--json") ? toSafeJson({ error: failure.message, exitCode: failure.exitCode }) : null;
    terminal.errors.write(`${said ?? failure.message}\n`);
    return failure.exitCode;
  }
}

async function answer(commands: readonly Command[], words: readonly string[], terminal: Terminal): Promise<string> {
  const [first] = words;
  if (words.length === 1 && (first === "--help" || first === "-h" || first === "help")) return helpOfAll(commands);
  const asksForGroup = words.length === 2 && (words[1] === "--help" || words[1] === "-h");
  if (first !== undefined && asksForGroup && isFirstWord(commands, first)) return helpOfAll(commands, first);

  const command = findCommand(commands, words);
  const given = readArguments(command, words.slice(command.name.split(" ").length));
  return given.common.help ? helpOf(command) : run(command, given, terminal);
}

/** @throws Failure when the words begin with no command's name */
function findCommand(commands: readonly Command[], words: readonly string[]): Command {
  const command = commands.find(({ name }) => name.split(" ").every((word, index) => words[index] === word));
  if (command) return command;

  const [first, ...more] = words;
  if (first === undefined) throw new Failure("usage", helpOfAll(commands));
  if (more.length === 0 && isFirstWord(commands, first)) throw new Failure("usage", helpOfAll(commands, first));
  if (first.startsWith("-")) {
    throw new Failure("usage", `The command comes first: countersign ${commands[0]?.name ?? "<command>"} ${first}.`);
  }
  const written = [first, ...more.filter((word) => !word.startsWith("-")).slice(0, 1)].join(" ");
  const names = commands.flatMap(({ name }) => [name, name.split(" ")[0] ?? name]);
  const meant = suggest(written, names);
  throw new Failure(
    "usage",
    `There is no command "${written}". ` + (meant === null ? "See countersign --help." : `Did you mean "${meant}"?`),
  );
}

function isFirstWord(commands: readonly Command[], word: string): boolean {
  return commands.some(({ name }) => name.startsWith(`${word} `));
}

async function run(command: Command, { common, ...input }: Arguments, terminal: Terminal): Promise<string> {
  await using opened = new AsyncDisposableStack();
  let opening: Promise<OpenOperator> | null = null;
  const open = async () => {
    opening ??= openHere(terminal, common.database).then((each) => opened.use(each));
    return (await opening).operator;
  };
  const { text, json } = await command.run({ terminal, open }, input);
  return common.json ? toSafeJson(json) : text;
}

/** Loaded only when it is needed: help, and a word that was mistyped, are answered at once. */
async function openHere(terminal: Terminal, databaseUrl: string | null): Promise<OpenOperator> {
  const { openOperator } = await import("./open-operator.ts");
  return openOperator(terminal, databaseUrl);
}

async function toFailure(error: unknown): Promise<Failure> {
  if (error instanceof Failure) return error;
  const { DatabaseUnavailable } = await import("@countersign/db");
  if (error instanceof DatabaseUnavailable) {
    const unknown = error.outcomeUnknown ? " It may have been done all the same: look before you do it again." : "";
    return new Failure("unavailable", `${error.message}${unknown}`, { cause: error });
  }
  // What nobody foresaw is a defect, and then the way there is worth more than the message.
  return new Failure("defect", error instanceof Error ? (error.stack ?? error.message) : String(error), {
    cause: error,
  });
}
