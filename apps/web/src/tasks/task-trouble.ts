import type { ChangeOutcome } from "@countersign/client";

import type { Task } from "../api.ts";

/** What a person wanted to do with a task. */
export type Deed = "move" | "remove" | "restore" | "purge";

/** It was not done, and the task stands as it did before. */
export interface TaskTrouble {
  readonly deed: Deed;
  readonly outcome: Extract<ChangeOutcome<Task>, { readonly status: "conflict" | "invalid" | "refused" | "unknown" }>;
  /** Tries it again, from what the task is now. */
  readonly again: () => void;
}

export type TaskTroubles = ReadonlyMap<string, TaskTrouble>;
