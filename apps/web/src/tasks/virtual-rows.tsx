import { defaultRangeExtractor, useWindowVirtualizer, type Range, type VirtualItem } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";

import type { TaskQuery } from "./list-query.ts";
import { createPageMemory, rowsPerPage } from "./page-memory.ts";
import { PlacedRows, type RowPlaces } from "./placed-rows.tsx";
import { RowPage } from "./row-page.tsx";
import type { ShownTask } from "./task.ts";
import { useMediaQuery } from "./use-media-query.ts";

export interface VirtualRowsProps {
  readonly query: TaskQuery;
  /** The rows of the first page. */
  readonly first: readonly ShownTask[];
  readonly total: number;
  readonly addressOf: (taskId: string) => string;
  /** The rows are those of what was asked before. */
  readonly isOld: boolean;
}

/** A list of which only the rows in sight are on the page, and only the pages they are of are live. */
export function VirtualRows({ query, first, total, addressOf, isOld }: VirtualRowsProps) {
  const { tasks: texts } = useAppMessages();
  const { members } = useProject();
  const byUser = useMemo(() => new Map(members.map((member) => [member.userId, member])), [members]);
  const list = useRef<HTMLUListElement>(null);
  const top = useTop(list);
  const rowHeight = useMediaQuery("(max-width: 44rem)") ? 72 : 40;
  const [memory] = useState(createPageMemory);

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
  const places: RowPlaces = { top, total, byUser, addressOf, measure: virtualizer.measureElement };

  return (
    <ul
      ref={list}
      className="task-rows"
      aria-label={texts.title}
      aria-busy={isOld || undefined}
      data-old={isOld || undefined}
      style={{ blockSize: virtualizer.getTotalSize() }}
    >
      {byPage(virtualizer.getVirtualItems()).map(([page, items]) =>
        page === 0 ? (
          <PlacedRows key={page} items={items} offset={0} rows={first} places={places} />
        ) : (
          <RowPage key={page} page={page} items={items} query={query} memory={memory} places={places} />
        ),
      )}
    </ul>
  );
}

function byPage(items: readonly VirtualItem[]): readonly (readonly [number, readonly VirtualItem[]])[] {
  return [...Map.groupBy(items, ({ index }) => Math.floor(index / rowsPerPage))];
}

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
