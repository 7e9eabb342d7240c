import type { Operator } from "@countersign/auth";

import type { AppDatabase } from "./app-database.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** One command, as data: its help, its check of arguments and its place in the list are made from this. */
export interface Command<Options extends OptionSet = OptionSet> {
  /** The words it is called by, as in `user create`. */
  readonly name: string;
  /** One line, in the third person: "Makes an account." */
  readonly summary: string;
  /** What else is worth knowing, in lines of at most 80 characters. */
  readonly details?: string;
  /** What comes after the name, as in `<username>`, and how many of them there may be. */
  readonly operands?: { readonly usage: string; readonly least: number; readonly most: number };
  readonly options: Options;
  run(context: CommandContext, input: CommandInput<Options>): Promise<Answer>;
}

/** Options by their long name. One with a `value` takes one, and is called that in the help; others are given or not. */
export type OptionSet = Readonly<Record<string, { readonly value?: string; readonly help: string }>>;

export interface CommandInput<Options extends OptionSet> {
  readonly operands: readonly string[];
  readonly options: {
    readonly [Name in keyof Options]: Options[Name] extends { readonly value: string } ? string | null : boolean;
  };
}

export interface CommandContext {
  readonly terminal: Terminal;
  /** Opens the database at the first call. It is closed when the command has ended. */
  readonly open: () => Promise<Operator>;
  /**
   * The database the command is about, for one that opens it in a way of its own.
   *
   * @throws Failure when none is named
   */
  readonly databaseUrl: () => string;
  /**
   * The app's tables and migrations; those in this folder's sources where the command line was started without an app.
   *
   * @throws Failure when they are not found
   */
  readonly app: (apiFolder: string | null) => Promise<AppDatabase>;
  /** Says how far a long command is, to people only. */
  readonly progress: (line: string) => void;
}

/** What a command has to say, for people and for programs. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  /** When something was found that a script should notice. Default: done. */
  readonly exitCode?: ExitCode;
}

/** Types a command by its options. */
export function defineCommand<const Options extends OptionSet>(command: Command<Options>): Command {
  // The list of all commands knows no command's own options; `readArguments` gives `run` what they ask for.
  return command;
}
