import { defaultRangeExtractor, useWindowVirtualizer, type Range } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { Skeleton } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import { useTaskTroubles } from "./task-changes-context.ts";
import { type Pick, TaskRow } from "./task-row.tsx";
import type { ShownTask } from "./task.ts";
import { useMediaQuery } from "./use-media-query.ts";
import type { Selection } from "./use-selection.ts";
import { useTaskFocus } from "./use-task-focus.ts";

export interface VirtualRowsProps {
  readonly total: number;
  /** The task in this place of the list; null while it is not read. */
  readonly rowAt: (index: number) => ShownTask | null;
  /** Is told which rows are in sight, and those around them that may be next. */
  readonly look: (first: number, last: number) => void;
  readonly keyOf: (task: ShownTask) => string;
  readonly addressOf: (taskId: string) => string;
  /** Is told of the tasks that are on the page now. */
  readonly onShown: (tasks: readonly ShownTask[]) => void;
  /** For those who may change tasks; null for those who only look. */
  readonly selection: Selection | null;
  /** The rows are those of what was asked before. */
  readonly isOld: boolean;
}

/** A list of any length, of which only the rows in sight are on the page. */
export function VirtualRows({ total, rowAt, look, keyOf, addressOf, onShown, selection, isOld }: VirtualRowsProps) {
  const { tasks: texts } = useAppMessages();
  const { members } = useProject();
  const byUser = useMemo(() => new Map(members.map((member) => [member.userId, member])), [members]);
  const troubles = useTaskTroubles();
  const keepFocus = useTaskFocus();
  const list = useRef<HTMLUListElement>(null);
  const top = useTop(list);
  const rowHeight = useMediaQuery("(max-width: 44rem)") ? 72 : 40;

  // It is read anew in each render of this component, and handed on to no other.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
    // What has the focus is not taken off the page by scrolling.
    rangeExtractor: useCallback(
      (range: Range) => withRow(defaultRangeExtractor(range), focusedRow(list.current), range.count),
      [],
    ),
  });
  const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
  useEffect(() => look(startIndex - rowsAhead, endIndex + rowsAhead), [look, startIndex, endIndex]);
  const items = virtualizer.getVirtualItems();
  useEffect(() => onShown(items.flatMap(({ index }) => rowAt(index) ?? [])), [items, rowAt, onShown]);

  const toggle = selection?.toggle;
  const pickOf = (task: ShownTask): Pick => {
    if (!selection || !task.$can.update) return "none";
    if (selection.tasks.has(task.id)) return "picked";
    return selection.isFull ? "full" : "open";
  };

  return (
    <ul
      ref={list}
      className="task-rows"
      aria-label={texts.title}
      aria-busy={isOld || undefined}
      data-old={isOld || undefined}
      style={{ blockSize: virtualizer.getTotalSize() }}
    >
      {items.map(({ index, start }) => {
        const task = rowAt(index);
        return (
          <li
            key={task ? keyOf(task) : index}
            ref={virtualizer.measureElement}
            className="task-row"
            data-index={index}
            data-task={task?.id}
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
                keepFocus={keepFocus}
                pick={pickOf(task)}
                onPick={toggle}
              />
            ) : (
              <Skeleton width={`${30 + ((index * 37) % 40)}%`} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** How far from what is in sight rows are read before they are scrolled to. */
const rowsAhead = 40;

function withRow(indexes: readonly number[], row: number | null, count: number): number[] {
  if (row === null || row >= count || indexes.includes(row)) return [...indexes];
  return [...indexes, row].toSorted((a, b) => a - b);
}

/** The place of the row that has the focus; null when none has. */
function focusedRow(list: HTMLElement | null): number | null {
  const row = document.activeElement?.closest<HTMLElement>("[data-index]");
  return row && list?.contains(row) ? Number(row.dataset["index"]) : null;
}

/** How far below the top of the page an element begins. */
function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useEffect(() => {
    // What is above it pushes it down, and the page grows with that.
    const observer = new ResizeObserver(() => {
      if (element.current) setTop(Math.round(element.current.getBoundingClientRect().top + scrollY));
    });
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}
