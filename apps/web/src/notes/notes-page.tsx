import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import {
  Button,
  describeCallError,
  EmptyState,
  Icon,
  Loading,
  Notice,
  PageTitle,
  Skeleton,
  usePages,
} from "@countersign/pages";
import { useLiveRows } from "@countersign/react";

import { api, type Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { arrangeNotes } from "./arrange-notes.ts";
import type { Draft, DraftState } from "./draft.ts";
import { useDraftList, useDrafts } from "./drafts-context.ts";
import { NoteRow } from "./note-row.tsx";
import { useRowFocus } from "./use-row-focus.ts";

import "./notes.css";

/** The user's notes, live: what happens to them in any window is here at once. */
export function NotesPage() {
  const { client } = api.useUtils();
  const list = useLiveRows<Note>((observer) => client.note.live.subscribe({ limit: 100 }, observer));
  const drafts = useDrafts();
  const draftList = useDraftList();
  const entries = useMemo(() => arrangeNotes(list.rows, draftList), [list.rows, draftList]);
  const [news, setNews] = useState<string | null>(null);
  const page = useRef<HTMLDivElement>(null);
  const { notes: texts } = useAppMessages();

  // A saved draft that is kept beyond this would stand in for its note when that is deleted a moment later.
  useEffect(() => drafts.listShows(list.rows));

  const handleRemoved = useCallback(
    (note: Note) => {
      setNews(texts.removed(note.title));
      // The button that had the focus goes away with the note.
      page.current?.querySelector("h1")?.focus();
    },
    [texts],
  );

  const rowFocus = useRowFocus(entries, page);
  useSavedNews(draftList, setNews);

  function create() {
    const id = drafts.open(null);
    // A blank one that is open already; a new editor takes the focus by itself.
    page.current?.querySelector<HTMLElement>(`[data-key="${id}"] input`)?.focus();
  }

  return (
    <div className="cs-page" ref={page}>
      <header className="cs-page__head">
        <div className="notes__heading">
          <PageTitle>{texts.title}</PageTitle>
          {list.rows.length > 0 && <span className="cs-muted">{texts.count(list.rows.length)}</span>}
        </div>
        <Button variant="primary" data-create="" onClick={create}>
          <Icon name="plus" />
          {texts.create}
        </Button>
      </header>
      <p className="cs-visually-hidden" role="status">
        {news}
      </p>
      {list.status === "error" && <FailedNotes error={list.error} retry={list.retry} />}
      {list.status === "loading" && entries.length === 0 && <LoadingNotes />}
      {list.status === "ready" && entries.length === 0 && (
        <EmptyState title={texts.emptyTitle} action={<Button onClick={create}>{texts.emptyAction}</Button>}>
          {texts.emptyText}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <ul className="cs-list" aria-label={texts.title} {...rowFocus}>
          {entries.map(({ key, note, draft }) => (
            <li key={key} className="notes__entry" data-key={key} tabIndex={-1}>
              <NoteRow note={note} draft={draft} isListKnown={list.status === "ready"} onRemoved={handleRemoved} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Says once of each note that it is saved: for those who do not see the editor close. */
function useSavedNews(draftList: readonly Draft[], tell: (news: string) => void) {
  const told = useRef(new WeakSet<DraftState>());
  const { notes: texts } = useAppMessages();
  useEffect(() => {
    for (const { state } of draftList) {
      if (state.phase !== "saved" || told.current.has(state)) continue;
      told.current.add(state);
      tell(texts.saved(state.note.title));
    }
  }, [draftList, tell, texts]);
}

function FailedNotes({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const pages = usePages();
  const { notes: texts } = useAppMessages();
  return (
    <Notice
      tone="danger"
      action={
        <Button size="small" onClick={retry}>
          {pages.messages.common.retry}
        </Button>
      }
    >
      {texts.failed} {describeCallError(error, pages.messages, pages.locale)}
    </Notice>
  );
}

function LoadingNotes() {
  return (
    <Loading className="cs-list">
      {["30%", "45%", "25%"].map((width) => (
        <div className="cs-row" key={width}>
          <span className="cs-row__main">
            <Skeleton width={width} />
            <Skeleton width="70%" />
          </span>
        </div>
      ))}
    </Loading>
  );
}
