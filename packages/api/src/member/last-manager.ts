import { and, eq, ne } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { CallError } from "@countersign/rpc";

import type { Tables } from "../tables.ts";

/**
 * Refuses what would leave a project without a manager. The project is locked by then, so of two managers who step down at once
 * the second one counts after the first.
 *
 * @throws CONFLICT with `details.rule` "last-manager"
 */
export async function requireAnotherManager(
  tx: Transaction<Tables>,
  { id, projectId }: { readonly id: string; readonly projectId: string },
): Promise<void> {
  const { projectMembers } = tx.tables;
  const isOther = and(
    eq(projectMembers.projectId, projectId),
    eq(projectMembers.role, "manager"),
    ne(projectMembers.id, id),
  );
  if ((await tx.$count(projectMembers, isOther)) > 0) return;
  throw new CallError("CONFLICT", "A project needs a manager. Make somebody else one first.", {
    details: { rule: "last-manager" },
  });
}
