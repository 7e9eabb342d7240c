import type { LiveRow } from "@countersign/contract";

import type { LiveRowsState } from "../live-rows.ts";
import { createStore, type ReadableStore } from "../store.ts";

import { createLiveWindows, windowKey } from "./live-windows.ts";
import { createQuestion, type QuestionOptions, type QuestionSetters } from "./question.ts";
import { rowsOf, type RowsSession } from "./rows-of.ts";
import type { FilterOf, ListQuery, OrderOf, RowOf, RowsRouter } from "./rows-router.ts";
import { type ChangeView, createChangeView } from "./show-changes.ts";
import type { ShownRow } from "./shown-row.ts";

export interface LiveWindowOptions<Router extends RowsRouter> extends QuestionOptions<Router> {
  /** How many rows are read together; at most 100. Default: 100. */
  readonly windowSize?: number | undefined;
  /** How long scrolling has to rest before rows are read that nobody has seen yet. Default: 80. */
  readonly restMs?: number | undefined;
}

export interface LiveWindowState<Router extends RowsRouter> {
  readonly status: "loading" | "ready" | "error";
  /** How long the whole list is; null while it is not known. */
  readonly total: number | null;
  /** The row in this place of the whole list, from 0; null while it is not read. Another function when any row is another. */
  readonly rowAt: (index: number) => ShownRow<RowOf<Router>> | null;
  readonly error: unknown;
  /** The rows are those of what was asked before. */
  readonly isStale: boolean;
  readonly search: string;
  readonly filter: FilterOf<Router> | undefined;
  readonly order: OrderOf<Router> | undefined;
}

/** A list of any length, of which the parts are live that somebody looks at. */
export interface LiveWindowList<Router extends RowsRouter>
  extends ReadableStore<LiveWindowState<Router>>, QuestionSetters<Router> {
  /** Says which rows are in sight now, the last one included. */
  readonly look: (first: number, last: number) => void;
  readonly retry: () => void;
  readonly follow: (options: Pick<QuestionOptions<Router>, "search" | "order">) => void;
}

interface View {
  readonly query: ListQuery;
  /** Numbers of windows, the one looked at last first. */
  readonly parts: readonly number[];
}

/** How many windows stay live: those in sight, and where one comes from and goes to. */
const mostWindows = 4;

/**
 * For virtualised lists: rows by their place in the whole list. What was done to them here is marked in their places; the rows
 * come, go and move as the server says.
 */
export function createLiveWindow<Router extends RowsRouter>(
  session: RowsSession,
  router: Router,
  options: LiveWindowOptions<Router> = {},
): LiveWindowList<Router> {
  const { windowSize = 100, restMs = 80 } = options;
  const { changes, tell } = rowsOf(session, router);
  const windows = createLiveWindows<LiveRow>(session, router);
  const views = new Map<string, ChangeView<LiveRow>>();
  let known: ReadonlyMap<string, LiveRow> = new Map();
  const question = createQuestion(options, { ask, show: () => publish() });
  let present: View = { query: question.query(), parts: [0] };
  let next: View | null = null;
  let resting: { readonly timer: ReturnType<typeof setTimeout>; readonly parts: readonly number[] } | null = null;
  let stops: readonly (() => void)[] = [];
  let reader: {
    readonly rows: ReadonlyMap<number, readonly LiveRow[]>;
    readonly rowAt: LiveWindowState<Router>["rowAt"];
  } = { rows: new Map(), rowAt: () => null };

  windows.set(windowsOf(present));
  const store = createStore<LiveWindowState<Router>>(describe(), (isWatched) => (isWatched ? start() : stop()));

  function start() {
    stops = [
      windows.subscribe(publish),
      changes.subscribe(publish),
      session.onIdentityChange(({ type }) => {
        if (type === "signed-in") return;
        known = new Map();
        if (next) show(next);
      }),
    ];
    publish();
  }

  function stop() {
    question.stop();
    rest(null);
    for (const end of stops) end();
    stops = [];
  }

  function ask() {
    const wanted: View = { query: question.query(), parts: [0] };
    if (wanted.query === present.query) return cancelNext();
    if (!isReady(present)) return show(wanted);
    next = wanted;
    windows.set([...windowsOf(present), ...windowsOf(wanted)]);
    publish();
  }

  function cancelNext() {
    next = null;
    windows.set(windowsOf(present));
    publish();
  }

  function show(wanted: View) {
    present = wanted;
    next = null;
    windows.set(windowsOf(wanted));
    publish();
  }

  function look(first: number, last: number) {
    const from = Math.floor(Math.max(0, first) / windowSize);
    const to = Math.floor(Math.max(0, first, last) / windowSize);
    const parts = Array.from({ length: to - from + 1 }, (_, index) => from + index).slice(0, mostWindows);
    if (parts.every((part) => present.parts.includes(part))) return open(parts);
    // Who flings through a long list would ask for all of it. Who scrolls on within the same parts has waited for them already.
    if (resting?.parts.join() !== parts.join()) rest(parts);
  }

  function rest(parts: readonly number[] | null) {
    if (resting) clearTimeout(resting.timer);
    resting = parts && { timer: setTimeout(() => open(parts), restMs), parts };
  }

  function open(parts: readonly number[]) {
    rest(null);
    const kept = present.parts.filter((part) => !parts.includes(part));
    const isNew = parts.some((part) => !present.parts.includes(part));
    present = { ...present, parts: [...parts, ...kept].slice(0, mostWindows) };
    if (!isNew) return;
    windows.set([...windowsOf(present), ...(next ? windowsOf(next) : [])]);
  }

  function publish() {
    if (next && isReady(next)) return show(next);
    for (const key of views.keys()) if (!windows.get().has(key)) views.delete(key);
    learn();
    store.set(describe());
  }

  /** Tells the others what the server says now of the rows in sight. */
  function learn() {
    const rows = present.parts.flatMap((part) => stateOf(present.query, part)?.rows ?? []);
    const news = rows.filter((row) => known.get(row.id) !== row);
    const changed = news.filter((row) => known.has(row.id));
    known = new Map(rows.map((row) => [row.id, row]));
    tell({ rows: news.filter((row) => !changed.includes(row)), gone: [], isChange: false });
    tell({ rows: changed, gone: [], isChange: true });
  }

  function describe(): LiveWindowState<Router> {
    const { query } = present;
    const states = new Map(present.parts.map((part) => [part, stateOf(query, part)]));
    const counted = windows.get().get(windowKey(counting(query)));
    const all = [
      counted,
      ...states.values(),
      ...(next ? next.parts.map((part) => stateOf(question.query(), part)) : []),
    ];
    const failed = all.find((state) => state?.status === "error");
    const ready = [...states.values()].find((state) => state?.status === "ready");
    return {
      status: failed ? "error" : ready && counted?.status === "ready" ? "ready" : "loading",
      total: counted?.total ?? null,
      rowAt: readerOf(new Map([...states].map(([part, state]) => [part, rowsIn(query, part, state)]))),
      error: failed?.error ?? null,
      isStale: next !== null || question.isTyping,
      search: question.search,
      filter: question.filter,
      order: question.order,
    };
  }

  /** The same function for as long as it would answer the same. */
  function readerOf(rows: ReadonlyMap<number, readonly LiveRow[]>): LiveWindowState<Router>["rowAt"] {
    const { rows: before, rowAt } = reader;
    if (rows.size === before.size && [...rows].every(([part, own]) => before.get(part) === own)) return rowAt;
    reader = { rows, rowAt: (index) => rows.get(Math.floor(index / windowSize))?.[index % windowSize] ?? null };
    return reader.rowAt;
  }

  function rowsIn(query: ListQuery, part: number, state: LiveRowsState<LiveRow> | undefined) {
    const key = windowKey(windowOf(query, part));
    const view = views.get(key) ?? createChangeView<LiveRow>();
    views.set(key, view);
    const sent = { rows: state?.rows ?? [], total: state?.total ?? null, offset: part * windowSize, limit: windowSize };
    const shown = { query, keyOf: changes.keyOf, removing: "mark" as const, changes: changes.get(), isFixed: true };
    return view.show(sent, shown).rows;
  }

  function stateOf(query: ListQuery, part: number): LiveRowsState<LiveRow> | undefined {
    return windows.get().get(windowKey(windowOf(query, part)));
  }

  function isReady(wanted: View): boolean {
    const counted = windows.get().get(windowKey(counting(wanted.query)));
    return counted?.status === "ready" && wanted.parts.some((part) => stateOf(wanted.query, part)?.status === "ready");
  }

  function windowsOf({ query, parts }: View) {
    return [counting(query), ...parts.map((part) => windowOf(query, part))];
  }

  function windowOf(query: ListQuery, part: number) {
    return { query, offset: part * windowSize, limit: windowSize, count: false };
  }

  /** The total is counted once, not with each part. */
  function counting(query: ListQuery) {
    return { query, offset: 0, limit: 1 };
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    setSearch: question.setSearch,
    setFilter: question.setFilter,
    setOrder: question.setOrder,
    look,
    retry: windows.retry,
    follow: (wanted) => void (question.follow(wanted) && ask()),
  };
}
