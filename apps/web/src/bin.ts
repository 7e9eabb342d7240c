import { readErrorData } from "@countersign/client";

/** The removed rows of a router, or some of them. */
export interface Bin {
  /** A page of them, after the cursor. */
  readonly list: (page: { readonly limit: number; readonly cursor: string | null }) => Promise<{
    readonly rows: readonly (NamedRow & { readonly $can: { readonly remove: boolean } })[];
    readonly nextCursor: string | null;
  }>;
  readonly purgeMany: (input: {
    readonly rows: NamedRow[];
    readonly key: string;
  }) => Promise<{ readonly purged: number }>;
}

interface NamedRow {
  readonly id: string;
  readonly version: number;
}

/** Rows of one call, as many as the server takes. */
const atOnce = 100;

/**
 * Purges what lies in a bin when it is called, by as many calls as that takes, and returns how many rows that were. What comes
 * into the bin meanwhile stays, and so does what somebody takes out of it.
 */
export async function emptyBin(bin: Bin): Promise<number> {
  const found: NamedRow[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Bin["list"]>> = await bin.list({ limit: atOnce, cursor });
    for (const { id, version, $can } of page.rows) if ($can.remove) found.push({ id, version });
    cursor = page.nextCursor;
  } while (cursor !== null);

  let purged = 0;
  while (found.length > 0) purged += await purge(bin, found.splice(0, atOnce));
  return purged;
}

/** All of them but those that are not in the bin any more. */
async function purge(bin: Bin, rows: readonly NamedRow[]): Promise<number> {
  let left = rows;
  while (left.length > 0) {
    try {
      return (await bin.purgeMany({ rows: [...left], key: crypto.randomUUID() })).purged;
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
