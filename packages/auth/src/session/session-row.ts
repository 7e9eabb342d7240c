import type { Database, MaybePromise } from "@countersign/db";

import type { HeldRights } from "../rights/held-rights.ts";

import type { Principal, Session, User } from "./principal.ts";
import type { SessionCounts } from "./session-engine.ts";
import { isKnown } from "./session-limits.ts";
import { createTurnBatch } from "./turn-batch.ts";

/** A user as the prepared queries read it. Instants are milliseconds, flags 0 or 1. */
export interface UserRow {
  readonly user_id: string;
  readonly username: string;
  readonly email: string | null;
  readonly email_verified_at: number | null;
  readonly first_name: string;
  readonly last_name: string;
  readonly is_staff: number;
  readonly is_superuser: number;
  readonly locale: string | null;
  readonly user_created_at: number;
  readonly user_version: number;
}

/** A running session and its active user as one prepared query reads them on every call. */
export interface SessionRow extends UserRow {
  readonly token_hash: string;
  readonly session_id: string;
  readonly session_created_at: number;
  readonly last_used_at: number;
  readonly authenticated_at: number;
  readonly expires_at: number;
  readonly absolute_expires_at: number;
  readonly remember: number;
  readonly impersonated_by: string | null;
  readonly session_version: number;
}

/** Reads the session with this token hash, unless its user is switched off: at once on SQLite, batched on Postgres. */
export function createSessionRowReader(
  db: Database,
  counts: Pick<SessionCounts, "read" | "roundTrips">,
): (tokenHash: string) => MaybePromise<SessionRow | undefined> {
  const statement = db.prepare<SessionRow>("find_session", findSession);
  if (db.dialect === "sqlite") {
    return (tokenHash) => {
      counts.read += 1;
      counts.roundTrips += 1;
      const rows = statement.all([tokenHash]);
      return rows instanceof Promise ? rows.then(([row]) => row) : rows[0];
    };
  }
  const readMany = createTurnBatch<SessionRow>({
    read(tokenHashes) {
      counts.read += tokenHashes.length;
      counts.roundTrips += 1;
      return statement.all([tokenHashes]);
    },
    keyOf: (row) => row.token_hash,
  });
  return async (tokenHash) => (await readMany(tokenHash))[0];
}

/** Reads the user with this id, unless switched off. One statement for each: many sessions of one user ask once. */
export function createUserRowReader(db: Database): (userId: string) => MaybePromise<UserRow | undefined> {
  const statement = db.prepare<UserRow>("find_user", findUser);
  return (userId) => {
    const rows = statement.all([userId]);
    return rows instanceof Promise ? rows.then(([row]) => row) : rows[0];
  };
}

/** The row as the principal the rest of the program sees: without the token's hash. */
export function toPrincipal(row: SessionRow, { permissions, groups }: HeldRights): Principal {
  return { user: toUser(row), session: toSession(row), permissions, groups };
}

/** The row as the user the rest of the program sees. */
export function toUser(row: UserRow): User {
  return {
    id: row.user_id,
    username: row.username,
    email: row.email,
    emailVerifiedAt: row.email_verified_at === null ? null : new Date(row.email_verified_at),
    firstName: row.first_name,
    lastName: row.last_name,
    isStaff: row.is_staff === 1,
    isSuperuser: row.is_superuser === 1,
    locale: row.locale,
    createdAt: new Date(row.user_created_at),
    version: row.user_version,
  };
}

function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    userId: row.user_id,
    createdAt: new Date(row.session_created_at),
    lastUsedAt: new Date(row.last_used_at),
    // Long ago where it cannot be told: whoever needs it fresh has it confirmed.
    authenticatedAt: new Date(isKnown(row.authenticated_at) ? row.authenticated_at : 0),
    expiresAt: new Date(row.expires_at),
    absoluteExpiresAt: new Date(row.absolute_expires_at),
    remember: row.remember === 1,
    impersonatedBy: row.impersonated_by,
    version: row.session_version,
  };
}

const userColumns = `u.id AS user_id, u.username, u.email, u.email_verified_at, u.first_name, u.last_name, u.is_staff,
  u.is_superuser, u.locale, u.created_at AS user_created_at, u.version AS user_version`;

const select = `SELECT s.token_hash, s.id AS session_id, s.created_at AS session_created_at, s.last_used_at,
  s.authenticated_at, s.expires_at, s.absolute_expires_at, s.remember, s.impersonated_by, s.version AS session_version,
  ${userColumns}
  FROM sessions s JOIN users u ON u.id = s.user_id`;

const findSession = {
  // `+?` keeps SQLite from planning the join anew at every call: it is compiled with STAT4, which looks at each bound
  // value of a plain `?`. With `+` the plan is made once, and is the same one: the unique index on token_hash.
  sqlite: `${select} WHERE s.token_hash = +? AND u.is_active = 1`,
  postgres: `${select} WHERE s.token_hash = ANY($1) AND u.is_active`,
};

const findUser = {
  sqlite: `SELECT ${userColumns} FROM users u WHERE u.id = +? AND u.is_active = 1`,
  postgres: `SELECT ${userColumns} FROM users u WHERE u.id = $1 AND u.is_active`,
};
