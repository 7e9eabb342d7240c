import type { VirtualItem } from "@tanstack/react-virtual";

import { Skeleton } from "@countersign/pages";

import type { Member } from "../api.ts";

import { useTaskTroubles } from "./task-changes-context.ts";
import { TaskRow } from "./task-row.tsx";
import type { ShownTask } from "./task.ts";

/** What all rows of a list share. */
export interface RowPlaces {
  /** How far below the top of the page the list begins. */
  readonly top: number;
  readonly total: number;
  readonly byUser: ReadonlyMap<string, Member>;
  readonly addressOf: (taskId: string) => string;
  /** To be told of each row's element. */
  readonly measure: (element: Element | null) => void;
}

export interface PlacedRowsProps {
  readonly items: readonly VirtualItem[];
  /** The place in the list of the first of `rows`. */
  readonly offset: number;
  readonly rows: readonly ShownTask[];
  readonly places: RowPlaces;
}

/** Some rows of a long list, each where it belongs. */
export function PlacedRows({ items, offset, rows, places }: PlacedRowsProps) {
  const { top, total, byUser, addressOf, measure } = places;
  const troubles = useTaskTroubles();

  return items.map(({ index, start }) => {
    const task = rows[index - offset];
    return (
      <li
        key={task?.id ?? index}
        ref={measure}
        className="task-row"
        data-index={index}
        data-first={index === 0 || undefined}
        data-last={index === total - 1 || undefined}
        data-pending={task?.$pending ? "" : undefined}
        aria-setsize={total}
        aria-posinset={index + 1}
        // Not by a transform: that would put a row's menu under the next row.
        style={{ insetBlockStart: start - top }}
      >
        {task ? (
          <TaskRow
            task={task}
            trouble={troubles.get(task.id)}
            assignee={task.assigneeId === null ? undefined : byUser.get(task.assigneeId)}
            to={addressOf(task.id)}
          />
        ) : (
          <Skeleton width={`${30 + ((index * 37) % 40)}%`} />
        )}
      </li>
    );
  });
}
