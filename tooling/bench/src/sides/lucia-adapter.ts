import { eq } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Adapter, DatabaseSession, DatabaseUser } from "lucia";

import { sessions, users } from "./lucia-tables.ts";

/**
 * What `@lucia-auth/adapter-drizzle` 1.1.0 does to validate a session: two statements, both built anew for each call.
 * Lucia is asked for nothing else here.
 */
export function createLuciaAdapter(db: BetterSQLite3Database): Adapter {
  async function findSession(sessionId: string): Promise<DatabaseSession | null> {
    const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
    if (!row) return null;
    const { id, userId, expiresAt, ...attributes } = row;
    return { id, userId, expiresAt: new Date(expiresAt * 1000), attributes };
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
