import { createAuth, createSessionCookie } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, openDatabase } from "@countersign/db";

import { origin } from "../wire/wire-socket.ts";

import { type Answer, answerOf } from "./answer.ts";
import { permission } from "./countersign.ts";

/** A user who is signed in, on one session or more. */
export interface Member {
  readonly userId: string;
  readonly answer: Answer;
  readonly sessions: readonly { readonly id: string; readonly cookie: string }[];
}

/** Makes the tables and fills them: one user for each count of sessions, each allowed to call `me`. */
export async function createMembers(databaseUrl: string, sessionCounts: readonly number[]): Promise<Member[]> {
  await using db = await openDatabase(databaseUrl, { migrations: [coreMigrations] });
  const auth = createAuth({ db, bus: createMemoryBus(), settings: defaultSettings, permissions: [permission] });
  const cookie = createSessionCookie(origin);
  const from = { ip: "127.0.0.1", userAgent: "bench" };

  return await db.transaction(async (tx) => {
    const members: Member[] = [];
    for (const [number, sessionCount] of sessionCounts.entries()) {
      const answer = answerOf(number);
      const { id: userId, username, email } = answer;
      await tx
        .insert(tx.tables.users)
        .values({ id: userId, username, usernameKey: username, email, emailKey: email, createdAt: new Date() });
      await tx.insert(tx.tables.userPermissions).values({ userId, permission });

      const sessions: { id: string; cookie: string }[] = [];
      for (let made = 0; made < sessionCount; made += 1) {
        const { session, token } = await auth.sessions.create(tx, { userId, remember: false, ...from });
        sessions.push({ id: session.id, cookie: `${cookie.name}=${token}` });
      }
      members.push({ userId, answer, sessions });
    }
    return members;
  });
}
