import { and, asc, eq, type SQL } from "drizzle-orm";

import type { Database } from "@countersign/db";

import { parseLoginName } from "../account/login-name.ts";
import { contains } from "../admin/contains.ts";

import type { AccountSummary, Operator } from "./operator.ts";

/** See `Operator.findUser`. An id comes first: a username that reads like somebody's id must not stand in for them. */
export async function findUser(db: Database, name: string): Promise<AccountSummary | null> {
  const { users } = db.tables;
  const loginName = parseLoginName(name);
  // What nobody can be called is no id either; Postgres would not even take a NUL as a question.
  if (loginName === null) return null;
  const [byId] = await select(db, eq(users.id, name), 1);
  if (byId) return byId;

  const column = loginName.kind === "email" ? users.emailKey : users.usernameKey;
  const [found] = await select(db, eq(column, loginName.key), 1);
  return found ?? null;
}

/** See `Operator.listUsers`. */
export async function listUsers(
  db: Database,
  { search, isActive, isSuperuser, limit }: Parameters<Operator["listUsers"]>[0],
): ReturnType<Operator["listUsers"]> {
  const { users } = db.tables;
  const isWanted = and(
    search === undefined ? undefined : contains(search, { keys: [users.usernameKey, users.emailKey] }, db.dialect),
    isActive === undefined ? undefined : eq(users.isActive, isActive),
    isSuperuser === undefined ? undefined : eq(users.isSuperuser, isSuperuser),
  );
  return { items: await select(db, isWanted, limit), total: await db.$count(users, isWanted) };
}

function select(db: Database, isWanted: SQL | undefined, limit: number): PromiseLike<AccountSummary[]> {
  const { users } = db.tables;
  return db
    .select({
      id: users.id,
      username: users.username,
      email: users.email,
      emailVerifiedAt: users.emailVerifiedAt,
      isActive: users.isActive,
      isStaff: users.isStaff,
      isSuperuser: users.isSuperuser,
      createdAt: users.createdAt,
      lastLoginAt: users.lastLoginAt,
    })
    .from(users)
    .where(isWanted)
    .orderBy(asc(users.usernameKey), asc(users.id))
    .limit(limit);
}
