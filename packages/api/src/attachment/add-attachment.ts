import { and, eq, isNull } from "drizzle-orm";

import type { HookPlace, NewRow } from "@countersign/crud";
import type { Transaction } from "@countersign/db";
import { notFound } from "@countersign/rpc";

import type { Tables } from "../tables.ts";

import { requireRoom } from "./room.ts";
import { attachmentRows } from "./rows.ts";

/** Where a call adds a file, within its transaction. */
type Place = HookPlace<Tables, string>;

/** What is known of a file when it has come. */
export type NewAttachment = Pick<
  NewRow<Tables["attachments"]>,
  "taskId" | "name" | "type" | "size" | "digest" | "storageKey"
>;

/**
 * Asks whether this user may add a file to this task, before its bytes are taken.
 *
 * @throws NOT_FOUND when the task is not there or not theirs to see, FORBIDDEN when theirs to read only or full.
 */
export async function admitAttachment(place: Place, taskId: string): Promise<void> {
  const { tx } = place;
  const projectId = await findProject(tx, taskId);
  await attachmentRows.admit(place, { projectId });
  await requireRoom(place, { projectId, size: 1 });
}

/**
 * Makes a file that has come an attachment of its task: asks again whether it may, as that can have changed meanwhile. The row
 * as it goes out.
 *
 * @throws like `admitAttachment`
 */
export async function addAttachment(place: Place, file: NewAttachment) {
  const { ctx, tx } = place;
  const projectId = await findProject(tx, file.taskId);
  // The project is locked by this, before the task: see `lockProject`.
  await attachmentRows.admit(place, { projectId });
  await findProject(tx, file.taskId, "held");
  await requireRoom(place, { projectId, size: file.size });
  const attachment = await attachmentRows.insert(place, { ...file, projectId, uploadedBy: ctx.user.id });
  return attachmentRows.show(place, attachment);
}

/** The project of a task that is not in the bin; when it is held, it stays out of it until the commit. */
async function findProject(tx: Transaction<Tables>, taskId: string, hold?: "held"): Promise<string> {
  const { tasks } = tx.tables;
  const isKept = and(eq(tasks.id, taskId), isNull(tasks.removedAt));
  const query = tx.select({ projectId: tasks.projectId }).from(tasks).where(isKept);
  const [task] = await (hold && tx.dialect === "postgres" ? query.for("share") : query);
  if (!task) throw notFound();
  return task.projectId;
}
