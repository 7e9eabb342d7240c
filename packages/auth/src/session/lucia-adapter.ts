import type { Adapter } from "lucia";

import type { MaybePromise, Transaction } from "@countersign/db";

import type { Clock } from "../clock.ts";

import { endOf } from "./session-limits.ts";
import type { SessionRow } from "./session-row.ts";

/** A session's row as it is written. */
export type NewSessionRow = Transaction["tables"]["sessions"]["$inferInsert"];

/** What an adapter hands Lucia as "attributes", and gets back from it: Lucia need not know what is in it. */
export interface Carrier {
  readonly row: SessionRow;
}

/**
 * What Lucia needs of a database, for sessions kept under the hash of their token. Lucia judges by the system's time:
 * instants are shifted on their way to it, so that `clock` rules.
 */
export function createLuciaReader(
  findRow: (tokenHash: string) => MaybePromise<SessionRow | undefined>,
  clock: Clock,
): Adapter {
  return {
    ...refused,
    async getSessionAndUser(tokenHash) {
      const found = findRow(tokenHash);
      const row = found instanceof Promise ? await found : found;
      if (!row) return [null, null];

      const carrier: Carrier = { row };
      const end = endOf(row);
      const expiresAt = new Date(end - clock.now() + Date.now());
      return [
        { id: tokenHash, userId: row.user_id, expiresAt, attributes: carrier },
        { id: row.user_id, attributes: {} },
      ];
    },
    // Lucia would renew at half of the lifetime on any reading. Only use renews a session, and the engine's `touch` sees
    // to that: at most once a minute, never beyond the absolute end, never what has ended.
    async updateSessionExpiration() {},
    // Lucia would delete what it finds expired. A reading writes nothing, so that it can't fail or wait for a write:
    // `prune` removes those.
    async deleteSession() {},
  };
}

/** Lets Lucia begin sessions in the caller's transaction. The row is made by the engine, which knows the absolute end. */
export function createLuciaWriter(tx: Transaction, row: NewSessionRow): Adapter {
  return {
    ...refused,
    async setSession(session) {
      await tx.insert(tx.tables.sessions).values({ ...row, userId: session.userId, tokenHash: session.id });
    },
  };
}

/** What the engine does itself, because it must be part of the caller's transaction or tell what it did. */
const refused: Adapter = {
  getSessionAndUser: () => refuse("validate"),
  getUserSessions: () => refuse("list"),
  setSession: () => refuse("create"),
  updateSessionExpiration: () => refuse("touch"),
  deleteSession: () => refuse("end"),
  deleteUserSessions: () => refuse("end"),
  deleteExpiredSessions: () => refuse("prune"),
};

function refuse(instead: string): Promise<never> {
  return Promise.reject(new Error(`Lucia is not asked for this: call the session engine's ${instead}().`));
}
