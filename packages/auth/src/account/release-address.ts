import { eq } from "drizzle-orm";

import type { Settings } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { unusablePassword } from "../password/unusable-password.ts";
import { voidLinks } from "../token/link.ts";

import type { AccountContext } from "./account-context.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Does the account keep its address even from somebody who reads the mails sent there? Where nobody confirms, holding it is all there is. */
export function isFirmlyHeld(
  holder: Pick<StoredUser, "emailVerifiedAt">,
  settings: Pick<Settings, "EMAIL_VERIFICATION">,
): boolean {
  return holder.emailVerifiedAt !== null || settings.EMAIL_VERIFICATION === "off";
}

/**
 * Makes an account void that never confirmed its address, for the one who registered with the same and has just proved to
 * own it: it was made by somebody who waits for the owner to use it. Its password, sessions and links end with the address.
 * The caller has locked the holder.
 */
export async function voidHolder(
  { bus, sessions }: Pick<AccountContext, "bus" | "sessions">,
  tx: Transaction,
  holder: StoredUser,
): Promise<void> {
  const { users } = tx.tables;
  await tx
    .update(users)
    .set({ email: null, emailKey: null, passwordHash: unusablePassword })
    .where(eq(users.id, holder.id));
  await sessions.end(tx, { userId: holder.id }, "ended");
  await voidLinks(tx, holder.id);
  tx.afterCommit(() => bus.publish({ kind: "user", userId: holder.id }));
}

/**
 * Takes the address from an account that never confirmed it, and nothing else: whoever changes to an address proves by it
 * to read the mails sent there, not that the account under it is a stranger's. It may be their own. Where addresses are
 * confirmed the account goes on waiting for this one; without it, it would be one that has none to confirm.
 */
export async function releaseAddress(
  { bus, settings }: Pick<AccountContext, "bus" | "settings">,
  tx: Transaction,
  holder: StoredUser,
): Promise<void> {
  const { users } = tx.tables;
  const waits = settings.EMAIL_VERIFICATION !== "off";
  await tx
    .update(users)
    .set({ emailKey: null, ...(waits ? {} : { email: null }) })
    .where(eq(users.id, holder.id));
  tx.afterCommit(() => bus.publish({ kind: "user", userId: holder.id }));
}
