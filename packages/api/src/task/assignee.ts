import { and, eq } from "drizzle-orm";

import type { FieldErrors } from "@countersign/auth";
import type { Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

/**
 * Errors by field when a task would go to somebody who is no member of its project; null when it may. The membership is held
 * until the commit, so that whoever takes it away finds the task and takes it off them.
 */
export async function checkAssignee(
  tx: Transaction<Tables>,
  projectId: string,
  assigneeId: string,
): Promise<FieldErrors | null> {
  const { projectMembers } = tx.tables;
  const isMember = and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, assigneeId));
  const query = tx.select({ id: projectMembers.id }).from(projectMembers).where(isMember);
  const [member] = await (tx.dialect === "postgres" ? query.for("share") : query);
  return member ? null : { assigneeId: ["Choose a member of the project."] };
}
