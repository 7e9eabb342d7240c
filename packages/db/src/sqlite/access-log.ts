import type { AccessChange, AccessLog } from "../database.ts";

import type { Access } from "./access.ts";
import { isLocked, translateSqliteError } from "./sqlite-error.ts";

/** The triggers that write changes down (migrations/sqlite/0006_access_changes.sql). */
const triggers = [
  "access_changes_kept",
  "access_groups_insert",
  "access_groups_replace",
  "access_sessions_delete",
  "access_sessions_insert",
  "access_sessions_replace",
  "access_sessions_update",
  "access_users_delete",
  "access_users_insert",
  "access_users_replace",
  "access_users_update",
];

interface ChangeRow {
  readonly seq: number;
  readonly user_id: string | null;
  readonly token_hash: string | null;
}

/** Not the only connection of a database in memory, and not a file without the library's tables. */
export function canFollowAccess({ reader, writer }: Access): boolean {
  return (
    reader !== writer &&
    reader.sqlite.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'access_changes'").get() !== undefined
  );
}

/**
 * Reads what the triggers wrote down after the newest change that was read before. That one is read again: if it is gone, so
 * may others be that came after it. While a trigger is missing, nobody knows what was changed.
 */
export function openAccessLog({ reader: { sqlite } }: Access): AccessLog {
  const readChanges = sqlite.prepare<[number], ChangeRow>(
    "SELECT seq, user_id, token_hash FROM access_changes WHERE seq >= ? ORDER BY seq",
  );
  const readNewest = sqlite.prepare<[], number | null>("SELECT max(seq) FROM access_changes").pluck();
  const readSchemaVersion = sqlite.prepare<[], number>("PRAGMA schema_version").pluck();
  const names = triggers.map((name) => `'${name}'`).join(", ");
  const countTriggers = sqlite
    .prepare<[], number>(`SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN (${names})`)
    .pluck();
  let newest: number | null = null;
  let schemaVersion: number | undefined;
  let isComplete = false;

  function follow(): readonly AccessChange[] | null {
    const version = readSchemaVersion.get();
    // A table was rebuilt, maybe: from here on it is as if nothing had been read.
    if (version !== schemaVersion) {
      schemaVersion = version;
      isComplete = countTriggers.get() === triggers.length;
      newest = null;
    }
    if (!isComplete) return null;

    const [last, ...rows] = newest === null ? [] : readChanges.all(newest);
    if (last?.seq !== newest || rows.some(({ user_id, token_hash }) => user_id === null && token_hash === null)) {
      newest = readNewest.get() ?? null;
      return null;
    }
    newest = rows.at(-1)?.seq ?? newest;
    return rows.flatMap(toChanges);
  }

  // In one transaction: the schema and the changes of one moment.
  const followAtOnce = sqlite.transaction(follow);
  return () => {
    try {
      return followAtOnce();
    } catch (error) {
      newest = null;
      if (isLocked(error)) return null;
      throw translateSqliteError(error, { mayHaveWritten: false });
    }
  };
}

function toChanges({ user_id, token_hash }: ChangeRow): AccessChange[] {
  return [
    ...(user_id === null ? [] : [{ userId: user_id }]),
    ...(token_hash === null ? [] : [{ tokenHash: token_hash }]),
  ];
}
