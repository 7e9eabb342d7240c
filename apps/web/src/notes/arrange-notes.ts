import type { ShownRow } from "@countersign/client";

import type { Note } from "../api.ts";

import type { Draft } from "./note-drafts.ts";

/** A note as the list shows it, with what was done to it here and is not confirmed. */
export type ShownNote = ShownRow<Note>;

/** One line of the page: a note of the list, something being written, or both. */
export interface NoteEntry {
  readonly key: string;
  /** As the list has it; null when it is not (or no longer) there. */
  readonly note: ShownNote | null;
  readonly draft: Draft | null;
}

/** The list with what is being written in it: drafts at their notes, those without one at the front. */
export function arrangeNotes(
  rows: readonly ShownNote[],
  drafts: readonly Draft[],
  keyOf: (note: ShownNote) => string,
): readonly NoteEntry[] {
  const byKey = new Map(drafts.map((draft) => [draft.base ? keyOf(draft.base) : draft.id, draft]));
  const shown = new Set(rows.map(keyOf));
  const loose = [...byKey].filter(([key]) => !shown.has(key));
  return [
    ...loose.map(([key, draft]) => ({ key, note: null, draft })),
    ...rows.map((note) => ({ key: keyOf(note), note, draft: byKey.get(keyOf(note)) ?? null })),
  ];
}
