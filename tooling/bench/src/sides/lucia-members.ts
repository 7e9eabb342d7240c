import Sqlite from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { generateIdFromEntropySize } from "lucia";

import { type Answer, answerOf } from "./answer.ts";
import { sessions, users } from "./lucia-tables.ts";

/** Makes the tables of the Lucia side in a new file, and fills them: so many users with one session each. */
export function createLuciaMembers(
  file: string,
  count: number,
): { readonly answer: Answer; readonly cookie: string }[] {
  const sqlite = new Sqlite(file);
  sqlite.exec(`
    CREATE TABLE user (id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL, role TEXT NOT NULL);
    CREATE TABLE session (
      id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES user (id), expires_at INTEGER NOT NULL
    );
    BEGIN;
  `);
  const db = drizzle(sqlite);
  const expiresAt = Math.floor(Date.now() / 1000) + 30 * 86_400;

  const members = Array.from({ length: count }, (_, number) => {
    const answer = answerOf(number);
    const sessionId = generateIdFromEntropySize(25);
    db.insert(users)
      .values({ ...answer, role: "member" })
      .run();
    db.insert(sessions).values({ id: sessionId, userId: answer.id, expiresAt }).run();
    return { answer, cookie: `auth_session=${sessionId}` };
  });
  sqlite.exec("COMMIT");
  sqlite.close();
  return members;
}
