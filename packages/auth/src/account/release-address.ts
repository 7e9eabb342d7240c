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
 * Takes an address away from an account that never confirmed it, for somebody who has just proved to own it. Where addresses
 * are confirmed, the account was made by somebody who waits for its owner to use it: its password and its sessions end
 * with the address. The caller has locked the holder.
 */
export async function releaseAddress(
  { bus, sessions, settings }: AccountContext,
  tx: Transaction,
  holder: StoredUser,
): Promise<void> {
  const { users } = tx.tables;
  const isVoid = settings.EMAIL_VERIFICATION !== "off";
  await tx
    .update(users)
    .set({ email: null, emailKey: null, ...(isVoid ? { passwordHash: unusablePassword } : {}) })
    .where(eq(users.id, holder.id));
  if (isVoid) await sessions.end(tx, { userId: holder.id }, "ended");
  await voidLinks(tx, holder.id);
  tx.afterCommit(() => bus.publish({ kind: "user", userId: holder.id }));
}
