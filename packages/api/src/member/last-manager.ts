import { and, eq, ne } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { CallError } from "@countersign/rpc";

import type { Tables } from "../tables.ts";

/**
 * Refuses what would leave a project without an active manager. The project is locked by then, so of two managers who step down at once
 * the second one counts after the first.
 *
 * @throws CONFLICT with `details.rule` "last-manager"
 */
export async function requireAnotherManager(
  tx: Transaction<Tables>,
  { id, projectId }: { readonly id: string; readonly projectId: string },
): Promise<void> {
  const { projectMembers, users } = tx.tables;
  const isOther = and(
    eq(projectMembers.projectId, projectId),
    eq(projectMembers.role, "manager"),
    ne(projectMembers.id, id),
    // Whoever is switched off manages nothing.
    eq(users.isActive, true),
  );
  const [other] = await tx
    .select({ id: projectMembers.id })
    .from(projectMembers)
    .innerJoin(users, eq(users.id, projectMembers.userId))
    .where(isOther)
    .limit(1);
  if (other) return;
  throw new CallError("CONFLICT", "A project needs a manager. Make somebody else one first.", {
    details: { rule: "last-manager" },
  });
}
