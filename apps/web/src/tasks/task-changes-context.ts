import { createContext, use } from "react";

import type { Task } from "../api.ts";

import type { TaskTroubles } from "./task-trouble.ts";
import type { ShownTask } from "./task.ts";

/** What of a task is changed by moving it. */
export type Move = Partial<Pick<Task, "state" | "rank">>;

/** What can be done with the tasks of the open project. All of it is shown at once, and taken back where it is refused. */
export interface TaskChanges {
  /** Without a rank it goes to the head of its column. */
  readonly create: (values: Pick<Task, "title" | "state"> & { readonly rank?: number }) => void;
  readonly move: (task: ShownTask, move: Move) => void;
  readonly remove: (task: ShownTask) => void;
  readonly restore: (task: ShownTask) => void;
  /** Out of the bin, for good. Resolves when it has been tried. */
  readonly purge: (task: ShownTask) => Promise<void>;
  /** Forgets what went wrong with a task. */
  readonly dismiss: (taskId: string) => void;
}

export const TaskChangesContext = createContext<TaskChanges | null>(null);

/** What went wrong, by the tasks' ids. Apart from what can be done, which never changes. */
export const TaskTroublesContext = createContext<TaskTroubles>(new Map());

/** @throws outside the pages of a project. */
export function useTaskChanges(): TaskChanges {
  const changes = use(TaskChangesContext);
  if (!changes) throw new Error("This component belongs to the pages of a project, below <TaskChangesProvider>.");
  return changes;
}

export function useTaskTroubles(): TaskTroubles {
  return use(TaskTroublesContext);
}
