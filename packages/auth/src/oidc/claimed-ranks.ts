import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { StoredUser, Visitor } from "./enter.ts";
import type { OidcContext } from "./oidc-context.ts";

/** Gives and takes what a mapping says by name. `isLast`: nobody else may everything (`isLastSuperuser`, asked before). */
export async function setRanks(
  { audit }: OidcContext,
  tx: Transaction,
  user: StoredUser,
  { claims, provider, isLast }: Pick<Visitor, "claims" | "provider"> & { readonly isLast: boolean },
): Promise<void> {
  const { users } = tx.tables;
  const { isStaff = user.isStaff, isSuperuser: wanted = user.isSuperuser } = claims.ranks;
  // Somebody must be left who may everything.
  const isSuperuser = wanted || isLast;
  const changed = [
    isStaff === user.isStaff ? null : ({ action: "admin.user.set_staff", value: isStaff } as const),
    isSuperuser === user.isSuperuser ? null : ({ action: "admin.user.set_superuser", value: isSuperuser } as const),
  ].filter((change) => change !== null);
  if (changed.length === 0) return;
  await tx.update(users).set({ isStaff, isSuperuser }).where(eq(users.id, user.id));
  for (const { action, value } of changed) {
    await audit.recordIn(tx, {
      action,
      outcome: "ok",
      actor: { id: null, name: `provider ${provider.name}` },
      subject: { id: user.id, name: user.username },
      details: { value, provider: provider.name },
    });
  }
}
