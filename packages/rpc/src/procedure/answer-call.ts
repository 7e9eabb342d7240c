import { staleToken } from "./call-error.ts";
import type { Standing } from "./standing.ts";

/** A user whose rights change each time their answer is ready is asked to come again. */
const mostRuns = 3;

/**
 * Makes the answer to a call, and asks once more whether it may leave. What was read for rights that have changed since is read
 * again, by those of now.
 *
 * @throws what `Standing.mayLeave` and `Standing.requireUndone` throw
 */
export async function answerCall<Result extends { readonly ok: true } | { readonly ok: false; readonly error: Error }>(
  standing: Standing,
  make: () => Promise<Result>,
): Promise<Result> {
  for (let run = 1; run <= mostRuns; run += 1) {
    const answer = await makeAnswer(standing, make);
    if (!answer.ok) standing.noteFailure(answer.error);
    const mayLeave = standing.mayLeave();
    if (mayLeave === true || (mayLeave !== false && (await mayLeave))) {
      if (!answer.ok) standing.requireUndone(answer.error.cause);
      return answer;
    }
  }
  throw staleToken();
}

/** What is kept with the answer may fail as well. */
async function makeAnswer<Result>(standing: Standing, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    standing.requireUndone(error);
    throw error;
  }
}
