import { setTimeout as pause } from "node:timers/promises";

import { DatabaseUnavailable } from "../database.ts";
import { spendPatience } from "../patience.ts";

import { isLocked } from "./sqlite-error.ts";

/**
 * Tries until the lock of another process is gone, or the deadline (of `performance.now()`) is. Waits between the tries and
 * not within SQLite, whose own waiting stops the whole process.
 */
export async function waitForLock<Result>(attempt: () => Result, deadline: number): Promise<Result> {
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() + pauseMs > deadline) {
        throw new DatabaseUnavailable("The database stayed locked by another process.", { cause: error });
      }
    }
    await spendPatience(() => pause(pauseMs));
  }
}

const longestPauseMs = 20;
