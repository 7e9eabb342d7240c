import { eq, sum } from "drizzle-orm";

import type { HookPlace } from "@countersign/crud";
import { CallError } from "@countersign/rpc";

import type { Tables } from "../tables.ts";

/**
 * Is there room for one more file of so many bytes, in its project and among the user's own? Asked within the transaction that adds
 * it, when the project is locked and the user's calls run `alone`: two files do not take the same room.
 *
 * @throws FORBIDDEN (`QUOTA_REACHED`)
 */
export async function requireRoom(
  { ctx, tx }: HookPlace<Tables, string>,
  file: { readonly projectId: string; readonly size: number },
): Promise<void> {
  const { UPLOAD_BYTES_PER_PROJECT, UPLOAD_BYTES_PER_USER } = ctx.caller.services.settings;
  const { attachments } = tx.tables;
  const total = { bytes: sum(attachments.size).mapWith(Number) };
  const [inProject] = await tx.select(total).from(attachments).where(eq(attachments.projectId, file.projectId));
  const [ofUser] = await tx.select(total).from(attachments).where(eq(attachments.uploadedBy, ctx.user.id));
  // The sum of no rows is null.
  if ((inProject?.bytes ?? 0) + file.size > UPLOAD_BYTES_PER_PROJECT) throw full("project's");
  if ((ofUser?.bytes ?? 0) + file.size > UPLOAD_BYTES_PER_USER) throw full("user's");
}

function full(whose: string): CallError {
  return new CallError(
    "FORBIDDEN",
    `The ${whose} room for files is used up. Remove some first, or purge the tasks in the bin.`,
    {
      reason: "QUOTA_REACHED",
    },
  );
}
