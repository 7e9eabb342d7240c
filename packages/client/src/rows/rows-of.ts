import type { LiveRow } from "@countersign/contract";

import type { SessionClient } from "../session-client.ts";
import { callListener } from "../store.ts";

import { routerPath } from "./router-path.ts";
import { type RowCalls, type RowChanges, createRowChanges } from "./row-changes.ts";
import type { RowsRouter } from "./rows-router.ts";
import type { RowAction } from "./shown-row.ts";

export type RowsSession = Pick<SessionClient, "connection" | "onIdentityChange" | "snapshot">;

/** What became known of the rows of a router, by a live list or by an answer. */
export interface RowNews {
  /** Where the router is mounted, as in `"task"`. */
  readonly path: string;
  readonly rows: readonly LiveRow[];
  /** Ids of rows that are not where they were: removed, or shown no more. */
  readonly gone: readonly string[];
  /** Has something happened to the rows, or were they only read? */
  readonly isChange: boolean;
}

/** What all lists and forms of one router share. */
export interface Rows {
  readonly changes: RowChanges<LiveRow>;
  readonly tell: (news: Omit<RowNews, "path">) => void;
}

const rowsOfSessions = new WeakMap<RowsSession, Map<unknown, Rows>>();
const listenersOfSessions = new WeakMap<RowsSession, Set<(news: RowNews) => void>>();

/** The one of this router and session. */
export function rowsOf(session: RowsSession, router: RowsRouter): Rows {
  const path = routerPath(router);
  const known = rowsOfSessions.get(session) ?? new Map<unknown, Rows>();
  rowsOfSessions.set(session, known);
  const found = known.get(path ?? router);
  if (found) return found;

  const tell: Rows["tell"] = (news) => {
    if (path === null || (news.rows.length === 0 && news.gone.length === 0)) return;
    const present = [...(listenersOfSessions.get(session) ?? [])];
    for (const listener of present) callListener(() => listener({ ...news, path }));
  };
  const changes = createRowChanges<LiveRow>({
    session,
    calls: callsOf(router),
    onSettled: ({ answer, row }) =>
      tell({ rows: answer ? [answer] : [], gone: answer === null && row ? [row.id] : [], isChange: true }),
  });
  const rows: Rows = { changes, tell };
  known.set(path ?? router, rows);
  return rows;
}

/**
 * Hears what live lists and changes made through them say of rows, for caches of other readers. What it returns stops that.
 */
export function onRowNews(session: RowsSession, listener: (news: RowNews) => void): () => void {
  const listeners = listenersOfSessions.get(session) ?? new Set();
  listenersOfSessions.set(session, listeners);
  const entry = (news: RowNews) => listener(news);
  listeners.add(entry);
  return () => void listeners.delete(entry);
}

/** Is there a change that the server may not have? One whose answer is awaited is about to be known. */
export function hasUnsentChanges(session: RowsSession): boolean {
  const routers = [...(rowsOfSessions.get(session)?.values() ?? [])];
  return routers.some(({ changes }) => changes.get().some(({ phase }) => phase === "waiting" || phase === "checking"));
}

/** The cast: what types there are was asked of those who gave the router; here only its rows' ids and versions are read. */
function callsOf(router: RowsRouter): RowCalls<LiveRow> {
  type Mutation = { readonly mutate: (input: unknown) => Promise<LiveRow> };
  const actions = router as unknown as Readonly<Record<RowAction, Mutation>>;
  return {
    create: (input) => actions.create.mutate(input),
    update: (input) => actions.update.mutate(input),
    remove: (input) => actions.remove.mutate(input),
    restore: (input) => actions.restore.mutate(input),
    purge: (input) => actions.purge.mutate(input),
  };
}
