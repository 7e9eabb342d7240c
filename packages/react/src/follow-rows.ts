import type { Mutation, QueryClient, QueryKey } from "@tanstack/react-query";

import { onRowNews, type RowNews, type RowsSession } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

/** Changes that come together are one. */
const restMs = 50;

/**
 * Keeps what tRPC's hooks have read of a router of rows in step with its live lists and with its mutations, by whichever hook
 * they are made: a row that is known anew is written into `get` where somebody has asked for it; all else that was read of
 * the router, as its `list`s, is out of date, and is read again where it is shown. Live lists are right by themselves.
 * Returns what stops it.
 */
export function followRows(session: RowsSession, queryClient: QueryClient): () => void {
  const outdated = new Map<string, ReturnType<typeof setTimeout>>();

  function take({ path, rows, gone, isChange }: RowNews) {
    const gets = findGets(queryClient, path);
    let isOutdated = isChange;
    for (const row of rows) {
      const key = gets.get(row.id);
      const known = key && queryClient.getQueryData(key);
      if (!key || !isRow(known) || known.version > row.version) continue;
      isOutdated ||= known.version < row.version;
      if (known !== row) queryClient.setQueryData(key, row);
    }
    for (const id of gone) {
      const key = gets.get(id);
      // It may be removed, or only be shown elsewhere: the server knows.
      if (key) void queryClient.invalidateQueries({ queryKey: key, exact: true });
    }
    if (isOutdated) outdate(path);
  }

  function outdate(path: string) {
    if (outdated.has(path)) return;
    const timer = setTimeout(() => {
      outdated.delete(path);
      const queryKey = [path.split(".")];
      void queryClient.invalidateQueries({ queryKey, predicate: (query) => readGet(query.queryKey, path) === null });
    }, restMs);
    outdated.set(path, timer);
  }

  const stopNews = onRowNews(session, take);
  const stopMutations = queryClient.getMutationCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success") return;
    const news = readMutation(event.mutation);
    if (news) take(news);
  });

  return () => {
    stopNews();
    stopMutations();
    for (const timer of outdated.values()) clearTimeout(timer);
  };
}

/** The rows somebody has asked for by id, each under its query's key. */
function findGets(queryClient: QueryClient, path: string): ReadonlyMap<string, QueryKey> {
  const found = queryClient.getQueryCache().findAll({ queryKey: [[...path.split("."), "get"]] });
  const keys = found.flatMap(({ queryKey }) => {
    const id = readGet(queryKey, path);
    return id === null ? [] : [[id, queryKey] as const];
  });
  return new Map(keys);
}

/** Which row a query of tRPC's hooks is for: its key is `[["task", "get"], { input: { id }, type: "query" }]`. */
function readGet([names, asked]: QueryKey, path: string): string | null {
  if (!Array.isArray(names) || names.join(".") !== `${path}.get`) return null;
  return isObject(asked) && isObject(asked["input"]) ? readId(asked["input"]) : null;
}

/** What a mutation of tRPC's hooks, whose key is `[["task", "update"]]`, has done to rows. */
function readMutation({ options, state }: Mutation<unknown, unknown>): RowNews | null {
  const [names] = options.mutationKey ?? [];
  if (!Array.isArray(names)) return null;
  const path = names.slice(0, -1).join(".");
  const { data, variables } = state;
  const named = isObject(variables) && Array.isArray(variables["rows"]) ? variables["rows"] : [variables];
  switch (names.at(-1)) {
    case "create":
    case "update":
    case "restore":
    case "updateMany": {
      const rows = (Array.isArray(data) ? data : [data]).filter(isRow);
      return rows.length === 0 ? null : { path, rows, gone: [], isChange: true };
    }
    case "remove":
    case "removeMany":
    case "purge":
    case "purgeMany": {
      const gone = named.flatMap((row) => (isObject(row) ? (readId(row) ?? []) : []));
      return gone.length === 0 ? null : { path, rows: [], gone, isChange: true };
    }
    default:
      return null;
  }
}

function isRow(value: unknown): value is LiveRow {
  return isObject(value) && typeof value["id"] === "string" && typeof value["version"] === "number";
}

function readId({ id }: Record<string, unknown>): string | null {
  return typeof id === "string" ? id : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
