import { eq } from "drizzle-orm";

import { createAuth } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";

import { answerOf } from "./answer.ts";

/** Somebody with a password, who is not signed in. */
export interface BenchAccount {
  readonly userId: string;
  readonly username: string;
  readonly email: string;
}

/** Everybody's. */
export const benchPassword = "the password of a benchmark";

/** Where those with passwords are numbered from: the members of `createMembers` come before. */
const firstNumber = 50_000;

/** Adds accounts with a password to a database. One hash is computed, and is everybody's. */
export async function createBenchAccounts(databaseUrl: string, count: number): Promise<BenchAccount[]> {
  await using db = await openDatabase(databaseUrl, { migrations: [coreMigrations] });
  const auth = createAuth({ db, bus: createMemoryBus(), settings: defaultSettings, permissions: [] });
  const { users } = db.tables;
  const from = { ip: null, userAgent: null, presented: null };
  await auth.accounts.register({ username: "pattern", password: benchPassword }, from);
  const [pattern] = await db.select({ hash: users.passwordHash }).from(users).where(eq(users.usernameKey, "pattern"));
  if (typeof pattern?.hash !== "string") throw new Error("The first account was not made.");

  const { hash: passwordHash } = pattern;
  const accounts = Array.from({ length: count }, (_, index) => answerOf(firstNumber + index));
  await db.transaction(async (tx) => {
    const now = new Date();
    const common = { passwordHash, emailVerifiedAt: now, createdAt: now };
    for (const { id, username, email } of accounts) {
      await tx
        .insert(tx.tables.users)
        .values({ id, username, usernameKey: username, email, emailKey: email, ...common });
    }
  });
  return accounts.map(({ id: userId, username, email }) => ({ userId, username, email }));
}

/** Changes an account's row, as a person at the database would. */
export async function changeAccount(
  databaseUrl: string,
  userId: string,
  columns: Partial<Database["tables"]["users"]["$inferInsert"]>,
): Promise<void> {
  await using db = await openDatabase(databaseUrl, { migrations: [coreMigrations] });
  const { users } = db.tables;
  await db.update(users).set(columns).where(eq(users.id, userId));
}
