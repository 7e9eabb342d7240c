export type { AppDatabase } from "./app-database.ts";
export {
  type Answer,
  type Command,
  type CommandContext,
  type CommandInput,
  defineCommand,
  type OptionSet,
} from "./command.ts";
export { commands } from "./commands.ts";
export { exitCode, type ExitCode } from "./exit-code.ts";
export { Failure } from "./failure.ts";
export { runCommandLine } from "./run-command-line.ts";
export type { Terminal } from "./terminal.ts";
