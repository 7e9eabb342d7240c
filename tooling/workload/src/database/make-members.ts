import { randomBytes } from "node:crypto";

import { createSessionCookie, hashToken, newId } from "@countersign/auth";
import { defaultSettings } from "@countersign/contract";
import { openDatabase } from "@countersign/db";

import { tables } from "../server/tables.ts";

/** Somebody who is signed in, and has one note. */
export interface Member {
  /** The `Cookie` header of their session. */
  readonly cookie: string;
}

/**
 * Puts so many users into a database that a server has migrated, each with a session and a note: passwords would have to be
 * computed one by one.
 */
export async function makeMembers(databaseUrl: string, publicUrl: string, count: number): Promise<readonly Member[]> {
  await using db = await openDatabase(databaseUrl, { tables, migrations: [] });
  const cookie = createSessionCookie(publicUrl);
  const all = Array.from({ length: count }, (_, place) => newMember(place));
  for (let start = 0; start < count; start += atOnce) {
    const group = all.slice(start, start + atOnce);
    await db.transaction(async (tx) => {
      await tx.insert(db.tables.users).values(group.map(({ user }) => user));
      await tx.insert(db.tables.sessions).values(group.map(({ session }) => session));
      await tx.insert(db.tables.notes).values(group.map(({ note }) => note));
    });
  }
  return all.map(({ token }) => ({ cookie: `${cookie.name}=${token}` }));
}

/** Few enough for SQLite's limit of parameters. */
const atOnce = 500;

function newMember(place: number) {
  const now = new Date();
  const userId = newId();
  const token = randomBytes(32).toString("base64url");
  const tokenHash = hashToken(token);
  if (tokenHash === null) throw new Error("The token is malformed.");
  const name = `member${place}`;
  return {
    token,
    user: { id: userId, username: name, usernameKey: name, createdAt: now },
    session: {
      id: newId(),
      tokenHash,
      userId,
      createdAt: now,
      lastUsedAt: now,
      authenticatedAt: now,
      expiresAt: new Date(now.getTime() + defaultSettings.SESSION_IDLE_SECONDS * 1000),
      absoluteExpiresAt: new Date(now.getTime() + defaultSettings.SESSION_ABSOLUTE_SECONDS * 1000),
    },
    note: { id: newId(), ownerId: userId, title: "a note", body: "", version: 1, createdAt: now, updatedAt: now },
  };
}
