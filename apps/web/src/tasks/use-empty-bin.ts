import { useCallback } from "react";

import { readErrorData } from "@countersign/client";

import { api } from "../api.ts";

type NamedRow = { readonly id: string; readonly version: number };

/** Rows of one call, as many as the server takes. */
const atOnce = 100;

/**
 * Purges what lies in the bin of a project when it is called, by as many calls as that takes, and returns how many tasks that
 * were. What comes into the bin meanwhile stays, and so does what somebody takes out of it.
 */
export function useEmptyBin(projectId: string): () => Promise<number> {
  const { client: rpc } = api.useUtils();

  return useCallback(async () => {
    const filter = { projectId: { eq: projectId } };
    const found: NamedRow[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof rpc.task.list.query>> = await rpc.task.list.query({
        filter,
        removed: true,
        limit: atOnce,
        count: false,
        cursor,
      });
      for (const { id, version, $can } of page.rows) if ($can.remove) found.push({ id, version });
      cursor = page.nextCursor;
    } while (cursor !== null);

    let purged = 0;
    while (found.length > 0) purged += await purge(found.splice(0, atOnce));
    return purged;

    /** All of them but those that are not in the bin any more. */
    async function purge(rows: readonly NamedRow[]): Promise<number> {
      let left = rows;
      while (left.length > 0) {
        try {
          return (await rpc.task.purgeMany.mutate({ rows: [...left], key: crypto.randomUUID() })).purged;
        } catch (error) {
          const { code, rowId } = readErrorData(error) ?? {};
          if (code !== "NOT_FOUND" && code !== "CONFLICT") throw error;
          const rest = left.filter(({ id }) => id !== rowId);
          if (rest.length === left.length) throw error;
          left = rest;
        }
      }
      return 0;
    }
  }, [rpc, projectId]);
}
