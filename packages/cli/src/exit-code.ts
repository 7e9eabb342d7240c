/** What the process ends with. Scripts rely on the numbers: none is ever given another meaning. */
export const exitCode = {
  done: 0,
  /** Understood, and refused: a rule forbids it. Nothing was changed. */
  refused: 1,
  /** The words were not understood. Nothing was begun. */
  usage: 2,
  /** What the command is about is not there. */
  notFound: 3,
  /** The database is away, locked, or not the one this program knows. */
  unavailable: 4,
  /** Something was looked at, and what was found is wrong (5), or only doubtful (6). */
  wrong: 5,
  doubtful: 6,
  /** A defect of this program (EX_SOFTWARE of sysexits.h). What was begun may have been done. */
  defect: 70,
  /** Ctrl-C or Ctrl-D at a question, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
