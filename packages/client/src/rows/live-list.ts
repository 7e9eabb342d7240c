import type { LiveRow } from "@countersign/contract";

import type { LiveRowsState } from "../live-rows.ts";
import { createStore, type ReadableStore } from "../store.ts";

import { createLiveWindows, type LiveWindow, windowKey } from "./live-windows.ts";
import { createQuestion, type QuestionOptions, type QuestionSetters } from "./question.ts";
import { rowsOf, type RowsSession } from "./rows-of.ts";
import type { FilterOf, ListQuery, OrderOf, RowOf, RowsRouter } from "./rows-router.ts";
import { createChangeView } from "./show-changes.ts";
import type { ShownRow } from "./shown-row.ts";

export interface LiveListOptions<Router extends RowsRouter> extends QuestionOptions<Router> {
  /** From 1. Default: the first. */
  readonly page?: number | undefined;
  /** At most 100. Default: 20. */
  readonly pageSize?: number | undefined;
  /**
   * Rows that are being removed: hidden as long as all goes well (default), or shown, marked, until they are gone. A removal
   * that waits or is checked is always shown: it may not have happened.
   */
  readonly removing?: "hide" | "mark" | undefined;
}

export interface LiveListState<Router extends RowsRouter> {
  /** `error`: the server refused the list, and `error` says why. Rows that were read before stay. */
  readonly status: "loading" | "ready" | "error";
  readonly rows: readonly ShownRow<RowOf<Router>>[];
  /** How many there are on all pages; null while it is not known. */
  readonly total: number | null;
  readonly error: unknown;
  /** The rows are those of what was asked before; those of the present question are on their way. */
  readonly isStale: boolean;
  readonly search: string;
  /** What was set with `setFilter`. */
  readonly filter: FilterOf<Router> | undefined;
  readonly order: OrderOf<Router> | undefined;
  readonly page: number;
  /** Null while the total is not known. */
  readonly pageCount: number | null;
  /** Are there rows after those that are shown? */
  readonly hasMore: boolean;
}

/** A page of a router's rows, or several, that stays true while it is watched. Another question begins at the first page. */
export interface LiveList<Router extends RowsRouter>
  extends ReadableStore<LiveListState<Router>>, QuestionSetters<Router> {
  readonly setPage: (page: number) => void;
  /** Shows one page more below those that are shown. */
  readonly loadMore: () => void;
  /** Asks again after an error. */
  readonly retry: () => void;
  /** Takes over what its owner asks for otherwise now: search, order, page and its size. */
  readonly follow: (options: FollowedOptions<Router>) => void;
}

export type FollowedOptions<Router extends RowsRouter> = Pick<
  LiveListOptions<Router>,
  "search" | "order" | "page" | "pageSize"
>;

/** What is asked for: the windows of one query. */
interface View {
  readonly query: ListQuery;
  readonly page: number;
  readonly windows: readonly LiveWindow[];
}

/** Most rows of one subscription. */
const windowSize = 100;

/**
 * A list of a router's rows with what is done to them here. Rows that did not change keep their identity. When something else
 * is asked for, the rows of before stay in sight, and live, until the new ones are there.
 */
export function createLiveList<Router extends RowsRouter>(
  session: RowsSession,
  router: Router,
  options: LiveListOptions<Router> = {},
): LiveList<Router> {
  const { changes, tell } = rowsOf(session, router);
  const windows = createLiveWindows<LiveRow>(session, router);
  const view = createChangeView<LiveRow>();
  const question = createQuestion(options, { ask: askForFirstPage, show: () => publish() });
  const asked = { page: options.page ?? 1, pages: 1, pageSize: options.pageSize ?? 20 };
  let followed: FollowedOptions<Router> = options;
  /** What is shown, and what is to be shown as soon as it is there. */
  let present = viewOf();
  let next: View | null = null;
  let stops: readonly (() => void)[] = [];
  let known: { readonly view: View; readonly rows: ReadonlyMap<string, LiveRow> } | null = null;

  windows.set(present.windows);
  const store = createStore<LiveListState<Router>>(describe(), (isWatched) => (isWatched ? start() : stop()));

  function start() {
    stops = [
      windows.subscribe(publish),
      changes.subscribe(publish),
      session.onIdentityChange(({ type }) => {
        if (type === "signed-in") return;
        known = null;
        // Nobody is to wait for what another was shown.
        if (next) show(next);
      }),
    ];
    publish();
  }

  function stop() {
    question.stop();
    for (const end of stops) end();
    stops = [];
  }

  function viewOf(): View {
    const { page, pages, pageSize } = asked;
    const query = question.query();
    return { query, page, windows: split(query, (page - 1) * pageSize, pages * pageSize) };
  }

  /** Asks for what is wanted now; shows it when it is there, or at once when there is nothing to keep in sight. */
  function ask() {
    question.stop();
    const wanted = viewOf();
    if (!isReady(present) || isSame(present, wanted)) return show(wanted);
    next = wanted;
    windows.set([...present.windows, ...wanted.windows]);
    publish();
  }

  function show(wanted: View) {
    present = wanted;
    next = null;
    windows.set(wanted.windows);
    publish();
  }

  function askForFirstPage() {
    asked.page = 1;
    asked.pages = 1;
    ask();
  }

  function publish() {
    if (next && isReady(next)) return isBeyondEnd(next) ? setPage(lastPage(next)) : show(next);
    learn();
    store.set(describe());
    if (next === null && isReady(present) && isBeyondEnd(present)) setPage(lastPage(present));
  }

  /** Tells the others what the server says now of rows, and of which it no longer does. */
  function learn() {
    if (!isReady(present)) return;
    const rows = new Map(sentRows(present).map((row) => [row.id, row]));
    const before = known?.view === present ? known.rows : null;
    known = { view: present, rows };
    const news = [...rows.values()].filter((row) => before?.get(row.id) !== row);
    if (before) changes.notice(news.filter((row) => !before.has(row.id)));
    const left = before ? [...before.keys()].filter((id) => !rows.has(id)) : [];
    // What is in the bin is not there for those who ask for the row.
    const gone = options.removed ? [...left, ...news.map(({ id }) => id)] : left;
    tell({ rows: options.removed ? [] : news, gone, isChange: before !== null });
  }

  function describe(): LiveListState<Router> {
    const states = statesOf(present);
    const offset = present.windows[0]?.offset ?? 0;
    const limit = present.windows.reduce((sum, window) => sum + window.limit, 0);
    const sent = { rows: sentRows(present), total: states[0]?.total ?? null, offset, limit };
    const { rows, total } = view.show(sent, {
      query: present.query,
      keyOf: changes.keyOf,
      removing: options.removing ?? "hide",
      changes: changes.get(),
    });
    const failed = [...states, ...(next ? statesOf(next) : [])].find(({ status }) => status === "error");
    return {
      status: failed ? "error" : isReady(present) ? "ready" : "loading",
      rows,
      total,
      error: failed?.error ?? null,
      isStale: next !== null || question.isTyping,
      search: question.search,
      filter: question.filter,
      order: question.order,
      page: asked.page,
      pageCount: total === null ? null : Math.max(1, Math.ceil(total / asked.pageSize)),
      hasMore: sent.total === null ? sent.rows.length === limit : offset + sent.rows.length < sent.total,
    };
  }

  /** Rows can go while they are read: what is left ends on an earlier page. */
  function isBeyondEnd(wanted: View): boolean {
    return sentRows(wanted).length === 0 && wanted.page > lastPage(wanted);
  }

  function lastPage(wanted: View): number {
    const total = statesOf(wanted)[0]?.total ?? null;
    return total === null ? wanted.page : Math.max(1, Math.ceil(total / asked.pageSize));
  }

  function statesOf({ windows: parts }: View): LiveRowsState<LiveRow>[] {
    const states = windows.get();
    return parts.flatMap((part) => states.get(windowKey(part)) ?? []);
  }

  function isReady(wanted: View): boolean {
    return statesOf(wanted).every(({ status }) => status === "ready");
  }

  /** Each row once: while one moves from window to window both may have it. */
  function sentRows(wanted: View): readonly LiveRow[] {
    const [first, ...others] = statesOf(wanted);
    if (others.length === 0) return first?.rows ?? [];
    const rows = statesOf(wanted).flatMap((state) => state.rows);
    return [...new Map(rows.map((row) => [row.id, row])).values()];
  }

  function setPage(page: number) {
    asked.page = Math.max(1, Math.trunc(page));
    asked.pages = 1;
    ask();
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    setSearch: question.setSearch,
    setFilter: question.setFilter,
    setOrder: question.setOrder,
    setPage,
    loadMore() {
      asked.pages += 1;
      ask();
    },
    retry: windows.retry,
    follow(wanted) {
      const before = followed;
      followed = wanted;
      const isOtherPage = wanted.page !== undefined && wanted.page !== before.page;
      const isOtherSize = wanted.pageSize !== before.pageSize;
      if (!question.follow(wanted) && !isOtherPage && !isOtherSize) return;
      asked.page = isOtherPage ? (wanted.page ?? 1) : 1;
      asked.pages = 1;
      asked.pageSize = wanted.pageSize ?? 20;
      ask();
    },
  };
}

function split(query: ListQuery, offset: number, count: number): readonly LiveWindow[] {
  const starts = Array.from({ length: Math.ceil(count / windowSize) }, (_, index) => index * windowSize);
  return starts.map((start) => ({ query, offset: offset + start, limit: Math.min(windowSize, count - start) }));
}

function isSame(one: View, other: View): boolean {
  return one.windows.map(windowKey).join() === other.windows.map(windowKey).join();
}
