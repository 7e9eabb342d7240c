import type { Note } from "../api.ts";

import type { Draft } from "./draft.ts";

/** One line of the page: a note of the live list, something being written, or both. */
export interface NoteEntry {
  readonly key: string;
  /** As the live list has it; null when it is not (or no longer) there. */
  readonly note: Note | null;
  readonly draft: Draft | null;
}

/** The live list with what is being written in it: drafts at their notes, those without one at the front. */
export function arrangeNotes(rows: readonly Note[], drafts: readonly Draft[]): readonly NoteEntry[] {
  const shown = new Map(rows.map((row) => [row.id, row]));
  const open = drafts.filter((draft) => !isShown(draft, shown));
  const byNote = new Map(open.map((draft) => [noteIdOf(draft), draft]));

  const loose = open.filter((draft) => !shown.has(noteIdOf(draft)));
  return [
    ...loose.map((draft) => ({ key: draft.id, note: null, draft })),
    ...rows.map((row) => ({ key: row.id, note: row, draft: byNote.get(row.id) ?? null })),
  ];
}

/** Has the live list caught up with what was saved? */
function isShown({ state }: Draft, shown: ReadonlyMap<string, Note>): boolean {
  if (state.phase !== "saved") return false;
  const row = shown.get(state.note.id);
  return row !== undefined && row.version >= state.note.version;
}

function noteIdOf(draft: Draft): string {
  if (draft.state.phase === "saved") return draft.state.note.id;
  return draft.base?.id ?? draft.id;
}
