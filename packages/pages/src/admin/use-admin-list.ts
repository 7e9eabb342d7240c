import { keepPreviousData, useQuery } from "@tanstack/react-query";

import type { SubscribeLiveRows } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";
import { useLiveRows } from "@countersign/react";

export interface AdminListOptions<Query extends object, Row extends LiveRow> {
  /** As in `users`: no two lists have the same. */
  readonly name: string;
  readonly query: Query;
  readonly live: (query: Query) => SubscribeLiveRows<Row>;
  /** Asked for what the live list does not tell: where the next page begins, and mostly how many there are. */
  readonly list?: (query: Query) => Promise<{ readonly nextCursor: string | null; readonly total?: number }>;
}

export interface AdminListState<Row extends LiveRow> {
  readonly status: "loading" | "ready" | "error";
  /** One page, live. */
  readonly rows: readonly Row[];
  readonly error: unknown;
  readonly retry: () => void;
  /** How many there are on all pages; null while it is not known. */
  readonly total: number | null;
  readonly nextCursor: string | null;
}

/** One page of a list of the admin's, whose rows change in place. */
export function useAdminList<Query extends object, Row extends LiveRow>(
  options: AdminListOptions<Query, Row>,
): AdminListState<Row> {
  const { name, query, live, list } = options;
  const key = `${name}:${JSON.stringify(query)}`;
  const { status, rows, total, error, retry } = useLiveRows<Row>(live(query), key);
  // Which rows are shown changes where the next page begins, and mostly how many there are.
  const ids = rows.map(({ id }) => id).join(" ");
  const pages = useQuery({
    queryKey: ["countersign", "admin", key, ids],
    queryFn: () => list?.(query) ?? { nextCursor: null },
    enabled: list !== undefined && status === "ready",
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

  return {
    status,
    rows,
    error,
    retry,
    total: pages.data?.total ?? total,
    nextCursor: pages.isPlaceholderData ? null : (pages.data?.nextCursor ?? null),
  };
}
