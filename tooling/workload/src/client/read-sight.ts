import type { LiveListFrame, LiveRow } from "@countersign/contract";

import type { Frame } from "./wire-socket.ts";

/** What the workload writes, and what rows are called. */
const tokenPattern = /\bworker\d+:\d+\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Every payload and every id in a text, each once. */
export function readTokens(text: string): readonly string[] {
  return [...new Set(text.match(tokenPattern) ?? [])];
}

/** A frame of a live list, with the id to resume from; null when it is another kind of frame. */
export function readLiveFrame(
  frame: Frame,
): { readonly eventId: string; readonly list: LiveListFrame<ShownRow> } | null {
  if (frame.result?.type !== "data") return null;
  // The cast: only live lists are subscribed to, and they send these.
  const { id, data } = frame.result.data as { readonly id: string; readonly data: LiveListFrame<ShownRow> };
  return { eventId: id, list: data };
}

export interface ShownRow extends LiveRow {
  readonly title: string;
  readonly projectId?: string;
}
