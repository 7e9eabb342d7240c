import { QueryClient } from "@tanstack/react-query";
import { act, render } from "@testing-library/react";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { ReactNode } from "react";
import { vi } from "vitest";

import type { AppRouter } from "@app/api";
import {
  type ConnectionState,
  createSessionClient,
  createStore,
  type Drafts,
  type SessionClient,
  type SnapshotState,
} from "@countersign/client";
import type { SignedInSnapshot } from "@countersign/contract";

import { api, type Note } from "../api.ts";
import { useNoteDrafts } from "../notes/note-drafts.ts";
import type { NoteText } from "../notes/note.ts";
import { NotesPage } from "../notes/notes-page.tsx";

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

type Input = Partial<NoteText> & { readonly id?: string; readonly version?: number; readonly key?: string };

/** The notes page of ann, over a list and calls that a test decides. */
export function showNotes(rows: readonly Note[], { isListKnown = true } = {}) {
  const ann = openAnn();
  if (isListKnown) ann.listBecomes(rows);
  const view = render(ann.around(<NotesPage />));
  return { ...ann, unmount: view.unmount };
}

/** What is around a page of ann: her session, and a server whose answers a test decides. */
export function openAnn() {
  const connection = createStore<ConnectionState>({ state: "open", attempt: 0, retryAt: null });
  const session: SessionClient = {
    ...createSessionClient({ url: "http://localhost", channel: null }),
    connect: () => {},
    snapshot: createStore<SnapshotState>({ status: "ready", user: annsSnapshot, endReason: null }),
    connection,
    onIdentityChange: () => () => {},
  };
  const create = vi.fn<(input: Input) => Promise<Note>>();
  const update = vi.fn<(input: Input) => Promise<Note>>();
  const remove = vi.fn<(input: Input) => Promise<unknown>>();
  const live = createStore<readonly Note[] | null>(null);
  const queries = new QueryClient({ defaultOptions: { mutations: { retry: false } } });
  const client = api.createClient({ links: [answerWith({ create, update, remove }, live)] });
  const found: Drafts<Note, NoteText>[] = [];

  function FindDrafts() {
    found.push(useNoteDrafts());
    return null;
  }

  return {
    create,
    update,
    remove,
    connection,
    /** What is being written. */
    get drafts() {
      const [drafts] = found;
      if (!drafts) throw new Error("Nothing is shown yet.");
      return drafts;
    },
    listBecomes: (list: readonly Note[]) => act(() => live.set(list)),
    around: (children: ReactNode) => (
      <api.Provider client={client} queryClient={queries}>
        <PagesOfNobody queries={queries} session={session}>
          <FindDrafts />
          {children}
        </PagesOfNobody>
      </api.Provider>
    ),
  };
}

/** An error as a refused call throws it. */
export function refusal(data: Record<string, unknown>): TRPCClientError<never> {
  return TRPCClientError.from<never>({ error: { message: "refused", code: -32_000, data } } as never);
}

function answerWith(
  calls: Readonly<Record<string, (input: Input) => Promise<unknown>>>,
  live: ReturnType<typeof createStore<readonly Note[] | null>>,
): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type === "subscription") {
          const tell = () => {
            const rows = live.get();
            const frame = { type: "list", rows, total: rows?.length };
            if (rows) observer.next({ result: { type: "data", data: { id: "1", data: frame } } });
          };
          tell();
          return live.subscribe(tell);
        }
        async function answer() {
          try {
            const call = calls[op.path.replace("note.", "")];
            observer.next({ result: { type: "data", data: await call?.(op.input as Input) } });
            observer.complete();
          } catch (error) {
            // The tests reject with `refusal(…)`.
            observer.error(error as TRPCClientError<AppRouter>);
          }
        }
        void answer();
        return undefined;
      });
}

const annsSnapshot: SignedInSnapshot = {
  isAuthenticated: true,
  id: "ann",
  sessionId: "s1",
  username: "ann",
  email: null,
  emailVerified: false,
  firstName: "",
  lastName: "",
  isStaff: false,
  isSuperuser: false,
  groups: [],
  permissions: [],
  locale: null,
  sessionExpiresAt: "2030-01-01T00:00:00.000Z",
  authenticatedAt: "2026-01-01T00:00:00.000Z",
  impersonatedBy: null,
  version: 1,
};
