import { QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { useRef } from "react";
import { vi } from "vitest";

import type { AppRouter } from "@app/api";
import { createStore } from "@countersign/client";

import { api, type Note } from "../api.ts";
import { arrangeNotes } from "../notes/arrange-notes.ts";
import { DraftsContext, useDraftList } from "../notes/drafts-context.ts";
import { createDrafts, type NoteCalls } from "../notes/drafts.ts";
import { NoteRow } from "../notes/note-row.tsx";
import { useRowFocus } from "../notes/use-row-focus.ts";

import { PagesOfNobody } from "./pages-of-nobody.tsx";

export const tea: Note = {
  id: "n1",
  title: "Tea",
  body: "Earl Grey",
  version: 3,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  $can: { update: true, remove: true },
};

/** The lines of the notes page over a list and calls that a test decides. */
export function showNotes(rows: readonly Note[], { isListKnown = true } = {}) {
  const connection = createStore({ state: "open" });
  const create = vi.fn<NoteCalls["create"]>();
  const update = vi.fn<NoteCalls["update"]>();
  const remove = vi.fn<(input: unknown) => Promise<unknown>>();
  const onRemoved = vi.fn<(note: Note) => void>();
  const drafts = createDrafts({ calls: { create, update }, connection });
  drafts.setVisitor("ann", null);

  const queries = new QueryClient({ defaultOptions: { mutations: { retry: false } } });
  const client = api.createClient({ links: [answerWith(remove)] });

  function page(list: readonly Note[]) {
    return (
      <api.Provider client={client} queryClient={queries}>
        <PagesOfNobody queries={queries}>
          <DraftsContext value={drafts}>
            <Rows rows={list} isListKnown={isListKnown} onRemoved={onRemoved} />
          </DraftsContext>
        </PagesOfNobody>
      </api.Provider>
    );
  }

  const { rerender } = render(page(rows));
  return {
    drafts,
    create,
    update,
    remove,
    onRemoved,
    connection,
    listBecomes: (list: readonly Note[]) => rerender(page(list)),
  };
}

interface RowsProps {
  readonly rows: readonly Note[];
  readonly isListKnown: boolean;
  readonly onRemoved: (note: Note) => void;
}

function Rows({ rows, ...rest }: RowsProps) {
  const page = useRef<HTMLDivElement>(null);
  const entries = arrangeNotes(rows, useDraftList());
  const rowFocus = useRowFocus(entries, page);
  return (
    <div ref={page}>
      <button type="button" data-create="">
        Create
      </button>
      <ul {...rowFocus}>
        {entries.map(({ key, note, draft }) => (
          <li key={key} data-key={key} tabIndex={-1}>
            <NoteRow note={note} draft={draft} {...rest} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** An error as a refused call throws it. */
export function refusal(data: Record<string, unknown>): TRPCClientError<never> {
  return TRPCClientError.from<never>({ error: { message: "refused", code: -32_000, data } } as never);
}

function answerWith(call: (input: unknown) => Promise<unknown>): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        async function answer() {
          try {
            observer.next({ result: { type: "data", data: await call(op.input) } });
            observer.complete();
          } catch (error) {
            // The tests reject with `refusal(…)`.
            observer.error(error as TRPCClientError<AppRouter>);
          }
        }
        void answer();
      });
}
