import { eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Adapter, DatabaseSession, DatabaseUser } from "lucia";

import type { postgresTables } from "./lucia-tables.ts";

/** What the statements are built by, and for which tables. Typed as Postgres'; SQLite's builder understands the same. */
export interface LuciaStore {
  readonly db: Pick<NodePgDatabase, "select">;
  readonly tables: typeof postgresTables;
}

/**
 * What `@lucia-auth/adapter-drizzle` 1.1.0 does to validate a session, on either dialect: two statements, both built anew for
 * each call. Lucia is asked for nothing else here.
 */
export function createLuciaAdapter({ db, tables: { sessions, users } }: LuciaStore): Adapter {
  async function findSession(sessionId: string): Promise<DatabaseSession | null> {
    const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
    if (!row) return null;
    const { id, userId, expiresAt, ...attributes } = row;
    return { id, userId, expiresAt, attributes };
  }

  async function findUser(sessionId: string): Promise<DatabaseUser | null> {
    const [row] = await db
      .select({ id: users.id, username: users.username, email: users.email, role: users.role })
      .from(sessions)
      .innerJoin(users, eq(sessions.userId, users.id))
      .where(eq(sessions.id, sessionId));
    if (!row) return null;
    const { id, ...attributes } = row;
    return { id, attributes };
  }

  return {
    getSessionAndUser: (sessionId) => Promise.all([findSession(sessionId), findUser(sessionId)]),
    getUserSessions: refuse,
    setSession: refuse,
    updateSessionExpiration: refuse,
    deleteSession: refuse,
    deleteUserSessions: refuse,
    deleteExpiredSessions: refuse,
  };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("The benchmark only validates."));
}
