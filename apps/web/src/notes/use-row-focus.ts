import { useEffect, useRef, type FocusEvent, type RefObject } from "react";

/**
 * Keeps the focus where the person works. When what had it goes away (an editor that closes, a conflict that is
 * decided), it goes to the same note as it is then; when that is gone too, to where new notes are begun.
 */
export function useRowFocus(page: RefObject<HTMLElement | null>) {
  /** The key of the row the focus is or was in. */
  const row = useRef<string | null>(null);
  /** The row that has the focus itself, for as long as nothing in it can. */
  const stand = useRef<Element | null>(null);

  useEffect(() => {
    const { activeElement } = document;
    if (row.current === null) return;
    if (activeElement !== document.body && activeElement !== stand.current) return;

    const shown = [...(page.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [])];
    const same = shown.find((element) => element.dataset["key"] === row.current);
    const target = same ? (same.querySelector<HTMLElement>(".note__actions button") ?? same) : null;
    if (target === null) row.current = null;
    stand.current = target === same ? target : null;
    (target ?? page.current?.querySelector<HTMLElement>("[data-create]"))?.focus();
  });

  return {
    onFocus({ target }: FocusEvent<HTMLElement>) {
      row.current = target.closest<HTMLElement>("[data-key]")?.dataset["key"] ?? row.current;
    },
    onBlur({ target }: FocusEvent<HTMLElement>) {
      // Left on purpose, unless it is going away itself.
      setTimeout(() => {
        const isInRow = document.activeElement?.closest("[data-key]") ?? null;
        if (target.isConnected && isInRow === null) row.current = null;
      });
    },
  };
}
