import { useMemo } from "react";

import { type Upload, type UploadQueue, uploadsOf } from "@countersign/client";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/** The files on their way to one place, and what can be done with them. */
export interface Uploads extends Omit<UploadQueue, "uploads"> {
  readonly uploads: readonly Upload[];
}

/**
 * Sends files to a procedure that takes them, each with its name and this input. They go on while nothing shows them.
 *
 *     const { uploads, add } = useUploads("attachment.upload", { taskId });
 */
export function useUploads(path: string, input: Readonly<Record<string, string>>): Uploads {
  const client = useSessionClient();
  const text = JSON.stringify(input);
  // The input may be written in place. The cast: it is what was made text of.
  const queue = useMemo(() => uploadsOf(client, path, JSON.parse(text) as object), [client, path, text]);
  const uploads = useStore(queue.uploads, (all) => all);
  return { uploads, add: queue.add, cancel: queue.cancel, retry: queue.retry };
}
