import { newId } from "@countersign/auth";
import type { TestApp } from "@countersign/rpc/testing";

import type { Tables } from "../tables.ts";

/** What is known of a file, without one. Its id. */
export async function attachByHand(
  { db }: TestApp<Tables>,
  file: { readonly projectId: string; readonly taskId: string; readonly uploadedBy: string },
): Promise<string> {
  const id = newId();
  const common = { name: "map.png", type: "image/png", size: 7, digest: "0".repeat(64), version: 1 };
  await db.insert(db.tables.attachments).values({ ...common, ...file, id, storageKey: id, createdAt: new Date() });
  return id;
}
