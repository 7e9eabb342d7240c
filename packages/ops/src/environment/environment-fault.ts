/** A variable that is wrong. The message says what to write, and never what was written: some are secret. */
export interface EnvironmentFault {
  readonly variable: string;
  readonly message: string;
}

/** A server cannot start with these variables. One line for each that is wrong. */
export class WrongEnvironment extends Error {
  override readonly name = "WrongEnvironment";
  readonly faults: readonly EnvironmentFault[];

  constructor(faults: readonly EnvironmentFault[]) {
    super(faults.map(({ variable, message }) => `${variable}: ${message}`).join("\n"));
    this.faults = faults;
  }
}
