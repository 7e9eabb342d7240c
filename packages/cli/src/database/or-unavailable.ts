import { DatabaseUnavailable } from "@countersign/db";

import { Failure } from "../failure.ts";

/** What stands between this program and a database is told as it is: each message holds its cure. */
export async function orUnavailable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DatabaseUnavailable || error instanceof TypeError || !(error instanceof Error)) throw error;
    throw new Failure("unavailable", error.message, { cause: error });
  }
}
