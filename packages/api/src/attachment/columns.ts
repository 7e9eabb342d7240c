import type { Tables } from "../tables.ts";

/** The columns that name files: one that none of them names is removed. */
export function fileColumns({ attachments }: Tables) {
  return [attachments.storageKey] as const;
}
