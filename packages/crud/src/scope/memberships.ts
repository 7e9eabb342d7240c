import { and, asc, eq, inArray } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Transaction } from "@countersign/db";

import { TurnLoader } from "./turn-loader.ts";

export interface MembershipColumns {
  readonly table: PgTable;
  readonly key: PgColumn;
  readonly user: PgColumn;
  readonly role: PgColumn;
}

export interface Membership {
  readonly key: string;
  readonly role: string;
}

type Selects = Pick<Transaction, "select">;

/**
 * Reads what a user is a member of: of everything, or of the one thing a list is narrowed to. Those who ask in the same turn
 * share one statement.
 */
export function createMembershipReader(): (
  userId: string,
  only: unknown,
  columns: MembershipColumns,
  reader: Selects,
) => Promise<readonly Membership[]> {
  // By reader, because a test opens several databases; then by what is asked.
  const loaders = new WeakMap<Selects, Map<string, TurnLoader<readonly Membership[]>>>();

  return async (userId, only, columns, reader) => {
    const known = loaders.get(reader) ?? new Map<string, TurnLoader<readonly Membership[]>>();
    loaders.set(reader, known);
    const name = only === undefined ? "" : JSON.stringify(only);
    const loader =
      known.get(name) ??
      new TurnLoader<readonly Membership[]>((userIds) => {
        // It has answered: what is narrowed to comes from callers, and is not kept.
        known.delete(name);
        return load(userIds, only, columns, reader);
      });
    known.set(name, loader);
    return (await loader.get(userId)) ?? [];
  };
}

async function load(
  userIds: readonly string[],
  only: unknown,
  { table, key, user, role }: MembershipColumns,
  reader: Selects,
): Promise<ReadonlyMap<string, readonly Membership[]>> {
  const rows = await reader
    .select({ user, key, role })
    .from(table)
    .where(and(inArray(user, [...userIds]), only === undefined ? undefined : eq(key, only)))
    .orderBy(asc(key));
  const byUser = Map.groupBy(rows, (row) => String(row.user));
  return new Map(
    [...byUser].map(([userId, held]) => [
      userId,
      held.map((row) => ({ key: String(row.key), role: String(row.role) })),
    ]),
  );
}
