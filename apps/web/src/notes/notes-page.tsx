import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { Button, EmptyState, Icon, PageTitle } from "@countersign/pages";
import { useLiveList } from "@countersign/react";

import { api, type Note } from "../api.ts";
import { FailedList } from "../failed-list.tsx";
import { LoadingRows } from "../loading-rows.tsx";
import { useAppMessages } from "../messages/app-messages.ts";

import { arrangeNotes } from "./arrange-notes.ts";
import { useDraftList, useNoteDrafts } from "./note-drafts.ts";
import { NoteRow } from "./note-row.tsx";
import { useRowFocus } from "./use-row-focus.ts";

import "./notes.css";

/** The user's notes, live: what happens to them in any window is here at once. */
export function NotesPage() {
  const { client } = api.useUtils();
  const list = useLiveList(client.note, {
    order: { by: "createdAt", direction: "desc" },
    pageSize: 50,
    // A note goes when it is deleted, not when somebody asks for it.
    removing: "mark",
  });
  const { open, onSaved } = useNoteDrafts();
  const draftList = useDraftList();
  const { rows, keyOf } = list;
  const entries = useMemo(() => arrangeNotes(rows, draftList, keyOf), [rows, draftList, keyOf]);
  const [news, setNews] = useState<string | null>(null);
  const page = useRef<HTMLDivElement>(null);
  const { notes: texts } = useAppMessages();

  const handleRemoved = useCallback(
    (note: Note) => {
      setNews(texts.removed(note.title));
      // The button that had the focus goes away with the note.
      page.current?.querySelector("h1")?.focus();
    },
    [texts],
  );

  const rowFocus = useRowFocus(page);
  // For those who do not see the editor close.
  useEffect(() => onSaved(({ title }) => setNews(texts.saved(title))), [onSaved, texts]);

  function create() {
    const id = open(null);
    // A blank one that is open already; a new editor takes the focus by itself.
    page.current?.querySelector<HTMLElement>(`[data-key="${id}"] input`)?.focus();
  }

  return (
    <div className="cs-page" ref={page}>
      <header className="cs-page__head">
        <div className="notes__heading">
          <PageTitle>{texts.title}</PageTitle>
          {list.total !== null && list.total > 0 && <span className="cs-muted">{texts.count(list.total)}</span>}
        </div>
        <Button variant="primary" data-create="" onClick={create}>
          <Icon name="plus" />
          {texts.create}
        </Button>
      </header>
      <p className="cs-visually-hidden" role="status">
        {news}
      </p>
      {list.status === "error" && <FailedList text={texts.failed} error={list.error} retry={list.retry} />}
      {list.status === "loading" && entries.length === 0 && <LoadingRows />}
      {list.status === "ready" && entries.length === 0 && (
        <EmptyState title={texts.emptyTitle} action={<Button onClick={create}>{texts.emptyAction}</Button>}>
          {texts.emptyText}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <ul className="cs-list" aria-label={texts.title} {...rowFocus}>
          {entries.map(({ key, note, draft }) => (
            <li key={key} className="notes__entry" data-key={key} tabIndex={-1}>
              <NoteRow
                note={note}
                draft={draft}
                isListWhole={list.status === "ready" && !list.isStale && !list.hasMore}
                remove={list.remove}
                onRemoved={handleRemoved}
              />
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && (
        <Button variant="quiet" isBusy={list.isStale} onClick={list.loadMore}>
          {texts.loadMore}
        </Button>
      )}
    </div>
  );
}
