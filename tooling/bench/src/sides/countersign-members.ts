import { randomBytes } from "node:crypto";

import { createSessionCookie, hashToken, newId } from "@countersign/auth";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, type CoreTables, type Database, openDatabase, type Transaction } from "@countersign/db";

import { origin } from "../wire/wire-socket.ts";

import { type Answer, answerOf } from "./answer.ts";
import { permission } from "./permission.ts";

/** A user who is signed in, on one session or more. */
export interface Member {
  readonly userId: string;
  readonly answer: Answer;
  readonly sessions: readonly BenchSession[];
}

interface BenchSession {
  readonly id: string;
  readonly cookie: string;
}

/** Makes the tables and fills them: one user for each count of sessions, each allowed to call `me`. */
export async function createMembers(databaseUrl: string, sessionCounts: readonly number[]): Promise<Member[]> {
  await using db = await openDatabase(databaseUrl, { migrations: [coreMigrations] });
  const members = sessionCounts.map((sessionCount, number) => newMember(number, sessionCount));
  await addMembers(
    db,
    members.map(({ rows }) => rows),
  );
  return members.map(({ member }) => member);
}

/** A user and the rows that make it. */
export interface NewMember {
  readonly member: Member;
  readonly rows: MemberRows;
}

type Core = Database["tables"];

interface MemberRows {
  readonly user: Core["users"]["$inferInsert"];
  readonly permission: Core["userPermissions"]["$inferInsert"];
  readonly sessions: readonly Core["sessions"]["$inferInsert"][];
}

/** The user with this number, signed in on so many sessions: also on more than the library lets one user have. */
export function newMember(number: number, sessionCount: number): NewMember {
  const answer = answerOf(number);
  const { id: userId, username, email } = answer;
  const sessions = Array.from({ length: sessionCount }, () => newSession(userId));
  return {
    member: { userId, answer, sessions: sessions.map(({ session }) => session) },
    rows: {
      user: { id: userId, username, usernameKey: username, email, emailKey: email, createdAt: new Date() },
      permission: { userId, permission },
      sessions: sessions.map(({ row }) => row),
    },
  };
}

/** Puts these into the tables. */
export async function addMembers<Own extends CoreTables>(
  db: Database<Own>,
  members: readonly MemberRows[],
): Promise<void> {
  const { users, userPermissions, sessions } = db.tables;
  await inTransactions(db, members, async (tx, group) => {
    await tx.insert(users).values(group.map(({ user }) => user));
    await tx.insert(userPermissions).values(group.map((each) => each.permission));
  });
  const rows = members.flatMap((each) => each.sessions);
  await inTransactions(db, rows, async (tx, group) => void (await tx.insert(sessions).values(group)));
}

/** So many rows are few enough for SQLite's limit of parameters, and for the time a transaction may last. */
const rowsAtOnce = 500;

/** Writes many rows, group by group. */
export async function inTransactions<Tables extends CoreTables, Row>(
  db: Database<Tables>,
  rows: readonly Row[],
  write: (tx: Transaction<Tables>, group: Row[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await db.transaction((tx) => write(tx, rows.slice(start, start + rowsAtOnce)));
  }
}

function newSession(userId: string): {
  readonly session: BenchSession;
  readonly row: Core["sessions"]["$inferInsert"];
} {
  const id = newId();
  const token = randomBytes(32).toString("base64url");
  const tokenHash = hashToken(token);
  if (tokenHash === null) throw new Error("The token is malformed.");
  const now = Date.now();
  const row = {
    id,
    tokenHash,
    userId,
    createdAt: new Date(now),
    lastUsedAt: new Date(now),
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + defaultSettings.SESSION_IDLE_SECONDS * 1000),
    absoluteExpiresAt: new Date(now + defaultSettings.SESSION_ABSOLUTE_SECONDS * 1000),
    ip: "127.0.0.1",
    userAgent: "bench",
  };
  return { session: { id, cookie: `${cookie.name}=${token}` }, row };
}

const cookie = createSessionCookie(origin);
