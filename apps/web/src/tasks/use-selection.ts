import { useCallback, useMemo, useState } from "react";

import type { ShownTask } from "./task.ts";

/** Tasks of the list, picked to do something with all of them. */
export interface Selection {
  readonly tasks: ReadonlyMap<string, ShownTask>;
  /** No more can be picked: what is done with them is one call. */
  readonly isFull: boolean;
  /** Picks a task, or puts it back. */
  readonly toggle: (task: ShownTask) => void;
  readonly clear: () => void;
  /** Takes over what has become of picked tasks. */
  readonly refresh: (tasks: readonly ShownTask[]) => void;
  readonly drop: (taskId: string) => void;
}

/** The server's limit of rows in one call. */
export const mostSelected = 100;

/** Another `list` begins with nothing picked: nobody does something with tasks they do not see any more. */
export function useSelection(list: string): Selection {
  const [kept, setKept] = useState<{ readonly list: string; readonly tasks: ReadonlyMap<string, ShownTask> }>({
    list,
    tasks: none,
  });
  const tasks = kept.list === list ? kept.tasks : none;

  const change = useCallback(
    (next: (tasks: ReadonlyMap<string, ShownTask>) => ReadonlyMap<string, ShownTask>) =>
      setKept((before) => {
        const present = before.list === list ? before.tasks : none;
        const after = next(present);
        return after === before.tasks ? before : { list, tasks: after };
      }),
    [list],
  );

  // The functions stay the same while tasks are picked: no row is rendered for another's sake.
  const actions = useMemo(
    (): Pick<Selection, "toggle" | "clear" | "refresh" | "drop"> => ({
      toggle: (task) =>
        change((present) => (present.has(task.id) ? without(present, task.id) : withTask(present, task))),
      clear: () => change(() => none),
      refresh: (shown) => change((present) => shown.reduce(withNewer, present)),
      drop: (taskId) => change((present) => without(present, taskId)),
    }),
    [change],
  );
  return useMemo(() => ({ tasks, isFull: tasks.size >= mostSelected, ...actions }), [tasks, actions]);
}

const none: ReadonlyMap<string, ShownTask> = new Map();

function withTask(tasks: ReadonlyMap<string, ShownTask>, task: ShownTask): ReadonlyMap<string, ShownTask> {
  return tasks.size >= mostSelected ? tasks : new Map(tasks).set(task.id, task);
}

function without(tasks: ReadonlyMap<string, ShownTask>, taskId: string): ReadonlyMap<string, ShownTask> {
  if (!tasks.has(taskId)) return tasks;
  const after = new Map(tasks);
  after.delete(taskId);
  return after;
}

function withNewer(tasks: ReadonlyMap<string, ShownTask>, task: ShownTask): ReadonlyMap<string, ShownTask> {
  const picked = tasks.get(task.id);
  return picked && task.version > picked.version ? new Map(tasks).set(task.id, task) : tasks;
}
