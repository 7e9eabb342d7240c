import { useCallback, useState, type DragEvent } from "react";

import type { Task } from "../api.ts";

import type { TaskState } from "./task.ts";

/** A place on the board: before the card that has this index in its column now. */
export interface Place {
  readonly state: TaskState;
  readonly index: number;
}

export interface Drag {
  /** The id of the task that is being dragged; null when none is. */
  readonly taskId: string | null;
  /** Where it would go. */
  readonly place: Place | null;
  /** Stays the same. Its answer is to be spread on a card. */
  readonly cardProps: (task: Pick<Task, "id" | "title">) => CardDragProps;
  /** To be spread on a column, whose cards carry `data-card`. */
  readonly columnProps: (state: TaskState) => {
    readonly onDragOver: (event: DragEvent<HTMLElement>) => void;
    readonly onDragLeave: (event: DragEvent<HTMLElement>) => void;
    readonly onDrop: (event: DragEvent<HTMLElement>) => void;
  };
}

export interface CardDragProps {
  readonly draggable: true;
  readonly onDragStart: (event: DragEvent<HTMLElement>) => void;
  readonly onDragEnd: () => void;
}

/** Dragging cards about the board, by the browser's own means: it scrolls at the edges, and works by touch where the browser can. */
export function useDrag(onDrop: (taskId: string, place: Place) => void): Drag {
  const [taskId, setTaskId] = useState<string | null>(null);
  const [place, setPlace] = useState<Place | null>(null);

  const end = useCallback(() => {
    setTaskId(null);
    setPlace(null);
  }, []);

  const cardProps = useCallback<Drag["cardProps"]>(
    (task) => ({
      draggable: true,
      onDragStart({ dataTransfer }) {
        dataTransfer.effectAllowed = "move";
        // What it is elsewhere, as in a text field.
        dataTransfer.setData("text/plain", task.title);
        setTaskId(task.id);
      },
      onDragEnd: end,
    }),
    [end],
  );

  return {
    taskId,
    place,
    cardProps,
    columnProps: (state) => ({
      onDragOver(event) {
        // A file, or something from another window.
        if (taskId === null) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        const index = indexAt(event.currentTarget, event.clientY);
        if (place?.state !== state || place.index !== index) setPlace({ state, index });
      },
      onDragLeave({ currentTarget, relatedTarget }) {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setPlace(null);
      },
      onDrop(event) {
        if (taskId === null) return;
        event.preventDefault();
        onDrop(taskId, { state, index: indexAt(event.currentTarget, event.clientY) });
        end();
      },
    }),
  };
}

/** The first card whose middle is below the pointer. */
function indexAt(column: HTMLElement, y: number): number {
  const cards = [...column.querySelectorAll("[data-card]")];
  const index = cards.findIndex((card) => {
    const { top, height } = card.getBoundingClientRect();
    return y < top + height / 2;
  });
  return index === -1 ? cards.length : index;
}
