import { type AppDatabase, loadAppDatabase } from "./app-database.ts";
import type { Command, CommandContext } from "./command.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import { findDatabaseUrl } from "./find-database-url.ts";
import { helpOf, helpOfAll } from "./help.ts";
import type { OpenOperator } from "./open-operator.ts";
import { type Arguments, readArguments } from "./read-arguments.ts";
import { toPlainText, toSafeJson } from "./report/plain-text.ts";
import { suggest } from "./suggest.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Does what the words say, and answers with what the process is to end with. Answers go to the output, everything else to
 * the errors; nothing is thrown. `app`: what the database has besides the library's own; without it, commands that need
 * that read it from the sources in the present folder.
 */
export async function runCommandLine(
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
  { app = null }: { readonly app?: AppDatabase | null } = {},
): Promise<ExitCode> {
  try {
    const { said, code } = await answer({ commands, words, terminal, app });
    terminal.output.write(`${said}\n`);
    return code;
  } catch (error) {
    const failure = await toFailure(error);
    const said = words.includes("--json") ? toSafeJson({ error: failure.message, exitCode: failure.exitCode }) : null;
    terminal.errors.write(`${said ?? failure.message}\n`);
    return failure.exitCode;
  }
}

interface Said {
  readonly said: string;
  readonly code: ExitCode;
}

async function answer(given: {
  readonly commands: readonly Command[];
  readonly words: readonly string[];
  readonly terminal: Terminal;
  readonly app: AppDatabase | null;
}): Promise<Said> {
  const { commands, words } = given;
  const help = findHelp(commands, words);
  if (help !== null) return { said: help, code: exitCode.done };

  const command = findCommand(commands, words);
  const read = readArguments(command, words.slice(command.name.split(" ").length));
  return read.common.help ? { said: helpOf(command), code: exitCode.done } : run(command, read, given);
}

function findHelp(commands: readonly Command[], words: readonly string[]): string | null {
  const [first] = words;
  if (words.length === 1 && (first === "--help" || first === "-h" || first === "help")) return helpOfAll(commands);
  const asksForGroup = words.length === 2 && (words[1] === "--help" || words[1] === "-h");
  return first !== undefined && asksForGroup && isFirstWord(commands, first) ? helpOfAll(commands, first) : null;
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

async function run(
  command: Command,
  { common, ...input }: Arguments,
  { terminal, app }: { readonly terminal: Terminal; readonly app: AppDatabase | null },
): Promise<Said> {
  await using opened = new AsyncDisposableStack();
  let opening: Promise<OpenOperator> | null = null;
  const context: CommandContext = {
    terminal,
    async open() {
      opening ??= openHere(terminal, common.database).then((each) => opened.use(each));
      return (await opening).operator;
    },
    databaseUrl: () => findDatabaseUrl(terminal, common.database),
    app: async (folder) => (folder === null && app !== null ? app : loadAppDatabase(folder)),
    progress(line) {
      if (!common.json) terminal.errors.write(`${toPlainText(line)}\n`);
    },
  };
  const { text, json, exitCode: code } = await command.run(context, input);
  return { said: common.json ? toSafeJson(json) : text, code: code ?? exitCode.done };
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
