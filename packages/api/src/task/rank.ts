import { and, eq, isNull, max } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

import type { TaskState } from "./state.ts";

/** Ranks lie between its negative and this: sums and middles of two are whole numbers still. */
export const mostRank = 2 ** 52;

/** Far enough apart that 32 tasks in a row fit between the same two, near enough for a million beyond either end. */
const step = 2 ** 32;

/** The rank that puts a task at the end of a column of the board. */
export async function endOf(
  reader: Pick<Transaction<Tables>, "select" | "tables">,
  projectId: string,
  state: TaskState,
): Promise<number> {
  const { tasks } = reader.tables;
  const isInColumn = and(eq(tasks.projectId, projectId), eq(tasks.state, state), isNull(tasks.removedAt));
  const [last] = await reader
    .select({ rank: max(tasks.rank) })
    .from(tasks)
    .where(isInColumn);
  const rank = last?.rank ?? null;
  return rank === null ? 0 : Math.min(rank + step, mostRank);
}
