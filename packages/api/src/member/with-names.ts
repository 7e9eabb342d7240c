import { inArray } from "drizzle-orm";

import { toSayableInstant } from "@countersign/auth";
import type { Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

/** Members as members see each other: by name. Nothing else of a user goes out. */
export async function withNames(
  members: readonly Tables["projectMembers"]["$inferSelect"][],
  reader: Pick<Transaction<Tables>, "select" | "tables">,
) {
  const { users } = reader.tables;
  const { id, username, firstName, lastName } = users;
  const ids = members.map(({ userId }) => userId);
  const found = await reader.select({ id, username, firstName, lastName }).from(users).where(inArray(id, ids));
  const byId = new Map(found.map((user) => [user.id, user]));

  return members.map(({ projectId, userId, role, createdAt }) => {
    const user = byId.get(userId);
    const name = [user?.firstName, user?.lastName].filter(Boolean).join(" ");
    return { projectId, userId, role, createdAt: toSayableInstant(createdAt), username: user?.username ?? "", name };
  });
}
