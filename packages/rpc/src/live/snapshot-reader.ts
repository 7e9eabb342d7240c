import { type Principal, toSnapshot } from "@countersign/auth";
import type { AppSnapshot, Settings, SignedInSnapshot } from "@countersign/contract";
import { type CoreTables, type Database, DatabaseUnavailable, type MaybePromise } from "@countersign/db";

import type { Log } from "../services.ts";

import type { SnapshotFields } from "./snapshot-fields.ts";

/** Makes of a principal what the browser may know of it. At once, unless the app's own fields take time. */
export type ReadSnapshot = (principal: Principal) => MaybePromise<SignedInSnapshot>;

/** The snapshot as this site shows it: with or without groups and permissions, and with the app's own fields. */
export function createSnapshotReader<Tables extends CoreTables>(options: {
  readonly settings: Pick<Settings, "SNAPSHOT_GROUPS" | "SNAPSHOT_PERMISSIONS" | "SESSION_FRESH_SECONDS">;
  readonly db: Database<Tables>;
  readonly log: Log;
  readonly fields: SnapshotFields<Tables> | null;
}): ReadSnapshot {
  const { settings, db, log, fields } = options;
  const shown = {
    groups: settings.SNAPSHOT_GROUPS,
    permissions: settings.SNAPSHOT_PERMISSIONS,
    freshSeconds: settings.SESSION_FRESH_SECONDS,
  };
  if (fields === null) return (principal) => toSnapshot(principal, shown);

  async function readFields(own: SnapshotFields<Tables>, principal: Principal): Promise<AppSnapshot | undefined> {
    try {
      // Parsed, so that a field that is not named stays here.
      return own.fields.parse(await own.read(principal, { db }));
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error;
      // Who is signed in must not depend on it: the snapshot goes out without.
      log.error({ err: error, userId: principal.user.id }, "The app's fields of a snapshot could not be read");
      return undefined;
    }
  }

  return async (principal) => toSnapshot(principal, { ...shown, app: await readFields(fields, principal) });
}
