import { and, eq } from "drizzle-orm";

import { toUsernameKey } from "@countersign/auth";
import type { Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

/** The user of this name; null when there is none, or one who is switched off: the same answer. */
export async function findUserId(reader: Pick<Transaction<Tables>, "select" | "tables">, username: string) {
  const { users } = reader.tables;
  const isNamed = and(eq(users.usernameKey, toUsernameKey(username)), eq(users.isActive, true));
  const [user] = await reader.select({ id: users.id }).from(users).where(isNamed);
  return user?.id ?? null;
}
