import { exitCode, type ExitCode } from "./exit-code.ts";

/** The command ends without having done what was asked. The message says why, and what to do. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;

  constructor(code: Exclude<keyof typeof exitCode, "done">, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode[code];
  }
}
