import { useEffect, useRef, type FocusEvent, type RefObject } from "react";

import type { NoteEntry } from "./arrange-notes.ts";

/**
 * Keeps the focus where the person works. When what had it goes away (an editor that closes, a conflict that is
 * decided), it goes to the same note as it is then; when that is gone too, to where new notes are begun.
 */
export function useRowFocus(entries: readonly NoteEntry[], page: RefObject<HTMLElement | null>) {
  /** The keys of the row the focus is or was in: a new note gets another when it is saved. */
  const row = useRef<readonly string[]>([]);
  /** The row that has the focus itself, for as long as nothing in it can. */
  const stand = useRef<Element | null>(null);

  useEffect(() => {
    const entry = entries.find(({ key }) => row.current.includes(key));
    if (entry?.draft?.state.phase === "saved") row.current = [entry.key, entry.draft.state.note.id];
    const { activeElement } = document;
    if (row.current.length === 0) return;
    if (activeElement !== document.body && activeElement !== stand.current) return;

    const shown = [...(page.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [])];
    const same = shown.find((element) => row.current.includes(element.dataset["key"] ?? ""));
    const target = same ? (same.querySelector<HTMLElement>(".note__actions button") ?? same) : null;
    if (target === null) row.current = [];
    stand.current = target === same ? target : null;
    (target ?? page.current?.querySelector<HTMLElement>("[data-create]"))?.focus();
  });

  return {
    onFocus({ target }: FocusEvent<HTMLElement>) {
      const key = target.closest<HTMLElement>("[data-key]")?.dataset["key"];
      if (key !== undefined && !row.current.includes(key)) row.current = [key];
    },
    onBlur({ target }: FocusEvent<HTMLElement>) {
      // Left on purpose, unless it is going away itself.
      setTimeout(() => {
        const isInRow = document.activeElement?.closest("[data-key]") ?? null;
        if (target.isConnected && isInRow === null) row.current = [];
      });
    },
  };
}
