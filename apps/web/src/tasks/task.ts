import type { ShownRow } from "@countersign/client";

import type { Task } from "../api.ts";

/** Where a task stands: the columns of the board, in their order. */
export const taskStates = ["todo", "doing", "done"] as const;

export type TaskState = Task["state"];

/** A task as the page shows it: as the server has it, or as it will be. */
export type ShownTask = ShownRow<Task>;

/** The server's limits, in characters. */
export const taskLimits = { title: 200, body: 10_000 } as const;
