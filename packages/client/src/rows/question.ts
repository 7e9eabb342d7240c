import type { FilterOf, ListQuery, OrderOf, RowsRouter } from "./rows-router.ts";

export interface QuestionOptions<Router extends RowsRouter> {
  /** Which list this is, as in the tasks of one project. What is set later with `setFilter` narrows it further. */
  readonly filter?: FilterOf<Router> | undefined;
  readonly search?: string | undefined;
  readonly order?: OrderOf<Router> | undefined;
  /** The removed rows instead of the others. */
  readonly removed?: boolean | undefined;
  /** How long typing has to rest before it is searched for. Default: 250. */
  readonly debounceMs?: number | undefined;
}

export interface QuestionSetters<Router extends RowsRouter> {
  /** Shown at once as what is searched; asked for when the typing rests. */
  readonly setSearch: (search: string) => void;
  readonly setFilter: (filter: FilterOf<Router> | undefined) => void;
  readonly setOrder: (order: OrderOf<Router> | undefined) => void;
}

/** What a list is asked for, as it is changed by a person. */
export interface Question<Router extends RowsRouter> extends QuestionSetters<Router> {
  readonly search: string;
  readonly filter: FilterOf<Router> | undefined;
  readonly order: OrderOf<Router> | undefined;
  /** Is there something typed that was not asked for yet? */
  readonly isTyping: boolean;
  /** What to ask; the same object for as long as it is the same. */
  readonly query: () => ListQuery;
  /** Takes over what its owner asks for now. False when that is nothing new. */
  readonly follow: (options: Pick<QuestionOptions<Router>, "search" | "order">) => boolean;
  /** Waits no longer for the typing to rest. */
  readonly stop: () => void;
}

/** `ask` is called whenever another question is to be asked, `show` when only what is typed has changed. */
export function createQuestion<Router extends RowsRouter>(
  options: QuestionOptions<Router>,
  { ask, show }: { readonly ask: () => void; readonly show: () => void },
): Question<Router> {
  let search = options.search ?? "";
  let filter: FilterOf<Router> | undefined;
  let order = options.order;
  let followed: Pick<QuestionOptions<Router>, "search" | "order"> = options;
  let typing: ReturnType<typeof setTimeout> | null = null;
  let present: ListQuery | null = null;

  function stop() {
    if (typing) clearTimeout(typing);
    typing = null;
  }

  function askNow() {
    stop();
    ask();
  }

  return {
    get search() {
      return search;
    },
    get filter() {
      return filter;
    },
    get order() {
      return order;
    },
    get isTyping() {
      return typing !== null;
    },
    query() {
      const { removed } = options;
      const fresh: ListQuery = { search: search.trim(), filter: both(options.filter, filter), order, removed };
      if (!present || differs(present, fresh)) present = fresh;
      return present;
    },
    setSearch(text) {
      search = text;
      stop();
      if (text.trim() === "") return ask();
      typing = setTimeout(askNow, options.debounceMs ?? 250);
      show();
    },
    setFilter(wanted) {
      filter = wanted;
      askNow();
    },
    setOrder(wanted) {
      order = wanted;
      askNow();
    },
    follow(wanted) {
      const before = followed;
      followed = wanted;
      const isOtherSearch = differs(before.search, wanted.search);
      const isOtherOrder = differs(before.order, wanted.order);
      if (isOtherSearch) {
        stop();
        search = wanted.search ?? "";
      }
      if (isOtherOrder) order = wanted.order;
      return isOtherSearch || isOtherOrder;
    },
    stop,
  };
}

/** What is set narrows what is given. */
function both(given: object | undefined, set: object | undefined): object | undefined {
  if (!given || !set) return given ?? set;
  const wanted: Record<string, unknown> = { ...set };
  for (const [name, operands] of Object.entries(given)) wanted[name] = { ...(wanted[name] as object), ...operands };
  return wanted;
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
