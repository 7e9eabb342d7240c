import type { Database, MaybePromise } from "@countersign/db";

import { createTurnBatch } from "../session/turn-batch.ts";

/** What a user holds, directly or through groups. */
export interface HeldRights {
  readonly permissions: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

interface RightRow {
  readonly user_id: string;
  readonly kind: "group" | "permission";
  readonly name: string;
}

interface KeptRights extends HeldRights {
  readonly version: number;
  readonly readAtMs: number;
}

/** How many users' rights are kept. Beyond it those read first are forgotten, and read again when needed. */
const defaultCapacity = 50_000;

export interface RightsReader {
  /** What the user holds whose version has just been read. */
  read(userId: string, version: number): MaybePromise<HeldRights>;
  /** One user's, or everybody's, is read again: the user may be another one by that id, whose version began anew. */
  forget(userId: string | null): void;
}

/**
 * Reads what a user holds, and keeps it under the user's version. Triggers raise the version with every change of the
 * user's rights, in the same transaction, whoever makes it. So what is kept under the version a caller has just read is
 * never older than what the caller has read; it may be newer, and then the next call reads a newer version.
 *
 * A row that was put in a user's place by hand, or by a backup, can have a version that was there before, with other rights:
 * nothing is kept for longer than `mostAgeMs`.
 */
export function createRightsReader(
  db: Database,
  { mostAgeMs, capacity = defaultCapacity }: { readonly mostAgeMs: number; readonly capacity?: number },
): RightsReader {
  const kept = new Map<string, KeptRights>();
  const readRows = createRowReader(db);

  function keep(userId: string, read: Omit<KeptRights, keyof HeldRights>, rows: readonly RightRow[]): HeldRights {
    const rights = { ...toRights(rows), ...read };
    kept.delete(userId);
    kept.set(userId, rights);
    const [oldest] = kept.size > capacity ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return rights;
  }

  return {
    read(userId, version) {
      const now = performance.now();
      const rights = kept.get(userId);
      if (rights?.version === version && now - rights.readAtMs < mostAgeMs) return rights;

      const read = { version, readAtMs: now };
      const rows = readRows(userId);
      return rows instanceof Promise ? rows.then((later) => keep(userId, read, later)) : keep(userId, read, rows);
    },
    forget(userId) {
      if (userId === null) kept.clear();
      else kept.delete(userId);
    },
  };
}

function createRowReader(db: Database): (userId: string) => MaybePromise<readonly RightRow[]> {
  const statement = db.prepare<RightRow>("find_rights", findRights);
  if (db.dialect === "sqlite") return (userId) => statement.all([userId, userId, userId]);
  return createTurnBatch<RightRow>({ read: (userIds) => statement.all([userIds]), keyOf: (row) => row.user_id });
}

function toRights(rows: readonly RightRow[]): HeldRights {
  if (rows.length === 0) return nothing;
  const named = (kind: RightRow["kind"]) => new Set(rows.filter((row) => row.kind === kind).map((row) => row.name));
  return { permissions: named("permission"), groups: named("group") };
}

const nothing: HeldRights = { permissions: new Set(), groups: new Set() };

const findRights = { sqlite: selectRights("= ?"), postgres: selectRights("= ANY($1)") };

function selectRights(isAsked: string): string {
  return `SELECT user_id, 'permission' AS kind, permission AS name FROM user_permissions WHERE user_id ${isAsked}
    UNION ALL
    SELECT member.user_id, 'permission', held.permission FROM group_members member
      JOIN group_permissions held ON held.group_id = member.group_id WHERE member.user_id ${isAsked}
    UNION ALL
    SELECT member.user_id, 'group', named.name FROM group_members member
      JOIN groups named ON named.id = member.group_id WHERE member.user_id ${isAsked}`;
}
