import { and, asc, eq, inArray } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import { createTurnBatch } from "@countersign/auth";
import type { Transaction } from "@countersign/db";

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
 * share one statement: a thousand lists that are woken by one change ask once.
 */
export function createMembershipReader(): (
  userId: string,
  only: unknown,
  columns: MembershipColumns,
  reader: Selects,
) => Promise<readonly Membership[]> {
  // By reader, because a test opens several databases; then by what is asked.
  const batches = new WeakMap<Selects, Map<string, (userId: string) => Promise<readonly Held[]>>>();

  return (userId, only, columns, reader) => {
    const known = batches.get(reader) ?? new Map<string, (userId: string) => Promise<readonly Held[]>>();
    batches.set(reader, known);
    const name = only === undefined ? "" : JSON.stringify(only);
    const ask =
      known.get(name) ??
      createTurnBatch<Held>({
        read(userIds) {
          // It has answered: what is narrowed to comes from callers, and is not kept.
          known.delete(name);
          return load(userIds, only, columns, reader);
        },
        keyOf: (row) => row.userId,
      });
    known.set(name, ask);
    return ask(userId);
  };
}

interface Held extends Membership {
  readonly userId: string;
}

async function load(
  userIds: readonly string[],
  only: unknown,
  { table, key, user, role }: MembershipColumns,
  reader: Selects,
): Promise<readonly Held[]> {
  const rows = await reader
    .select({ user, key, role })
    .from(table)
    .where(and(inArray(user, [...userIds]), only === undefined ? undefined : eq(key, only)))
    .orderBy(asc(key));
  return rows.map((row) => ({ userId: String(row.user), key: String(row.key), role: String(row.role) }));
}
