import Sqlite from "better-sqlite3";
import { generateIdFromEntropySize } from "lucia";
import { Client } from "pg";

import { type Answer, answerOf } from "./answer.ts";
import { isPostgres } from "./open-lucia-store.ts";

interface LuciaMember {
  readonly answer: Answer;
  readonly cookie: string;
}

/** Makes the tables of the Lucia side in an empty database, and fills them: so many users with one session each. */
export async function createLuciaMembers(place: string, count: number): Promise<LuciaMember[]> {
  const made = Array.from({ length: count }, (_, number) => ({
    answer: answerOf(number),
    sessionId: generateIdFromEntropySize(25),
  }));
  const { id, username, email } = columnsOf(made.map(({ answer }) => answer));
  const sessionIds = made.map(({ sessionId }) => sessionId);
  if (isPostgres(place)) await fillPostgres(place, [id, username, email, sessionIds]);
  else fillSqlite(place, made);
  return made.map(({ answer, sessionId }) => ({ answer, cookie: `auth_session=${sessionId}` }));
}

function columnsOf(answers: readonly Answer[]) {
  return {
    id: answers.map((answer) => answer.id),
    username: answers.map((answer) => answer.username),
    email: answers.map((answer) => answer.email),
  };
}

function fillSqlite(file: string, made: readonly { readonly answer: Answer; readonly sessionId: string }[]): void {
  const sqlite = new Sqlite(file);
  sqlite.exec(`${users}; ${sessions("INTEGER")}; BEGIN`);
  const addUser = sqlite.prepare("INSERT INTO user VALUES (?, ?, ?, 'member')");
  const addSession = sqlite.prepare("INSERT INTO session VALUES (?, ?, ?)");
  const expiresAt = Math.floor(Date.now() / 1000) + 30 * 86_400;
  for (const { answer, sessionId } of made) {
    addUser.run(answer.id, answer.username, answer.email);
    addSession.run(sessionId, answer.id, expiresAt);
  }
  sqlite.exec("COMMIT");
  sqlite.close();
}

async function fillPostgres(url: string, columns: readonly (readonly string[])[]): Promise<void> {
  const client = new Client(url);
  await client.connect();
  const [id, username, email, sessionId] = columns;
  await client.query(`${users}; ${sessions("TIMESTAMPTZ")}`);
  await client.query(
    `INSERT INTO "user" SELECT id, username, email, 'member' FROM unnest($1::text[], $2::text[], $3::text[])
       AS made (id, username, email)`,
    [id, username, email],
  );
  await client.query(
    `INSERT INTO session SELECT id, user_id, now() + interval '30 days' FROM unnest($1::text[], $2::text[])
       AS made (id, user_id)`,
    [sessionId, id],
  );
  await client.end();
}

const users = `CREATE TABLE "user" (id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL, role TEXT NOT NULL)`;

function sessions(instant: string): string {
  return `CREATE TABLE session (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES "user" (id), expires_at ${instant} NOT NULL
  )`;
}
