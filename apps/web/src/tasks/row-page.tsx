import type { VirtualItem } from "@tanstack/react-virtual";
import { useEffect, useState } from "react";

import { useLiveList } from "@countersign/react";

import { api } from "../api.ts";

import type { TaskQuery } from "./list-query.ts";
import { rowsPerPage, type PageMemory } from "./page-memory.ts";
import { PlacedRows, type RowPlaces } from "./placed-rows.tsx";

export interface RowPageProps {
  /** From 0. */
  readonly page: number;
  readonly items: readonly VirtualItem[];
  readonly query: TaskQuery;
  readonly memory: PageMemory;
  readonly places: RowPlaces;
}

/** A page of a long list while some of it is in sight. One that is only rushed past is not asked for. */
export function RowPage(props: RowPageProps) {
  const { page, items, memory, places } = props;
  const isSettled = useIsSettled();
  if (isSettled) return <LivePage {...props} />;
  return <PlacedRows items={items} offset={page * rowsPerPage} rows={memory.get(page)} places={places} />;
}

function LivePage({ page, items, query, memory, places }: RowPageProps) {
  const { client: rpc } = api.useUtils();
  const { status, rows } = useLiveList(rpc.task, { ...query, page: page + 1, pageSize: rowsPerPage });
  useEffect(() => {
    if (status === "ready") memory.keep(page, rows);
  }, [memory, page, status, rows]);

  const shown = status === "loading" ? memory.get(page) : rows;
  return <PlacedRows items={items} offset={page * rowsPerPage} rows={shown} places={places} />;
}

function useIsSettled(): boolean {
  const [isSettled, setIsSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSettled(true), settleMs);
    return () => clearTimeout(timer);
  }, []);
  return isSettled;
}

/** Longer than a page is in sight while the list is flung, too short to be waited for. */
const settleMs = 60;
