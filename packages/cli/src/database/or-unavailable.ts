import { CopyRefused, DatabaseUnavailable } from "@countersign/db";

import { Failure } from "../failure.ts";
import { toPlainText } from "../report/plain-text.ts";

/** What stands between this program and a database is told as it is: each message holds its cure. */
export async function orUnavailable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure || error instanceof DatabaseUnavailable || !(error instanceof Error)) throw error;
    // Names of rows are anybody's text.
    if (error instanceof CopyRefused) throw new Failure("refused", toPlainLines(error.message), { cause: error });
    // Whoever reads "x is not a function" needs the way there.
    if (error.constructor !== Error) throw error;
    throw new Failure("unavailable", error.message, { cause: error });
  }
}

function toPlainLines(text: string): string {
  return text.split("\n").map(toPlainText).join("\n");
}
