import { eq } from "drizzle-orm";

import { dropLinks } from "../token/link.ts";

import type { AccountContext } from "./account-context.ts";

/** See `Accounts.setActive`. */
export function setActive({ db, bus, sessions }: AccountContext, userId: string, isActive: boolean): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { users } = tx.tables;
    const changed = await tx.update(users).set({ isActive }).where(eq(users.id, userId)).returning({ id: users.id });
    if (changed.length === 0) return false;

    if (!isActive) {
      await sessions.end(tx, { userId }, "deactivated");
      await dropLinks(tx, userId);
    }
    tx.afterCommit(() => bus.publish({ kind: "user", userId }));
    return true;
  });
}
