import type { Database } from "@countersign/db";

import { newId } from "../new-id.ts";

/** A user's row, without a password. Returns the id. */
export async function insertUser(
  db: Database,
  username: string,
  columns: Partial<Database["tables"]["users"]["$inferInsert"]> = {},
): Promise<string> {
  const id = newId();
  const usernameKey = username.toLowerCase();
  await db.insert(db.tables.users).values({ id, username, usernameKey, createdAt: new Date(0), ...columns });
  return id;
}
