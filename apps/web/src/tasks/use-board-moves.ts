import { useCallback, useEffect, useRef, useState } from "react";

import { useAppMessages } from "../messages/app-messages.ts";

import { placeAt } from "./rank.ts";
import { useTaskChanges } from "./task-changes-context.ts";
import type { Step } from "./task-menu.tsx";
import type { ShownTask, TaskState } from "./task.ts";
import type { Place } from "./use-drag.ts";

export type Columns = Readonly<Record<TaskState, readonly ShownTask[]>>;

/**
 * What of a column is shown, where it goes on beyond what was read: all but the last, which is there to say what comes after
 * the last card.
 */
export function shownOf(column: readonly ShownTask[], isCut: boolean): readonly ShownTask[] {
  return isCut ? column.slice(0, -1) : column;
}

export interface BoardMoves {
  /** What was done last, for those who do not see it. */
  readonly news: string | null;
  /** Writes a task down at the head of a column. */
  readonly create: (title: string, state: TaskState) => void;
  /** To the head of another column. */
  readonly move: (task: ShownTask, state: TaskState) => void;
  readonly step: (task: ShownTask, step: Step) => void;
  readonly drop: (taskId: string, place: Place) => void;
}

/** Moving tasks about the board, whichever way. The functions stay the same while the board changes. */
export function useBoardMoves(columns: Columns, isCut: Readonly<Record<TaskState, boolean>>): BoardMoves {
  const changes = useTaskChanges();
  const { tasks: texts } = useAppMessages();
  const [news, setNews] = useState<string | null>(null);
  // What is done to the board is done to the board as it is then.
  const present = useRef({ columns, isCut });
  useEffect(() => void (present.current = { columns, isCut }), [columns, isCut]);

  /** `index` is a place among the other tasks of the column. */
  const put = useCallback(
    (task: ShownTask, state: TaskState, index: number) => {
      const others = present.current.columns[state].filter(({ id }) => id !== task.id);
      const [own, ...rest] = placeAt(others, index, task.id);
      if (!own) return;
      changes.move(task, { ...(state !== task.state && { state }), rank: own.rank });
      for (const { id, rank } of rest) {
        const other = others.find((each) => each.id === id);
        if (other) changes.move(other, { rank });
      }
      if (state !== task.state) setNews(texts.moved(task.title, texts.states[state]));
    },
    [changes, texts],
  );

  const move = useCallback((task: ShownTask, state: TaskState) => put(task, state, 0), [put]);

  const step = useCallback(
    (task: ShownTask, way: Step) => {
      const at = present.current.columns[task.state].findIndex(({ id }) => id === task.id);
      if (at === -1) return;
      put(task, task.state, way === "top" ? 0 : Math.max(0, at + (way === "up" ? -1 : 1)));
    },
    [put],
  );

  const drop = useCallback(
    (taskId: string, { state, index }: Place) => {
      const task = Object.values(present.current.columns)
        .flat()
        .find(({ id }) => id === taskId);
      if (!task) return;
      const column = present.current.columns[state];
      const at = column.findIndex(({ id }) => id === taskId);
      // Where it stands already, before itself or before the next.
      if (at !== -1 && (index === at || index === at + 1)) return;
      if (at !== -1) return put(task, state, at < index ? index - 1 : index);
      // One more card: the last that was shown is not any more, and this one is to be seen where it was dropped.
      const last = shownOf(column, present.current.isCut[state]).length;
      put(task, state, present.current.isCut[state] ? Math.min(index, last - 1) : index);
    },
    [put],
  );

  const create = useCallback(
    (title: string, state: TaskState) => {
      const [own] = placeAt(present.current.columns[state], 0, "");
      changes.create({ title, state, rank: own?.rank ?? 0 });
    },
    [changes],
  );

  return { news, create, move, step, drop };
}
