import { memo } from "react";

import type { Note } from "../api.ts";

import type { NoteEntry } from "./arrange-notes.ts";
import type { Draft } from "./drafts.ts";
import { NoteConflict } from "./note-conflict.tsx";
import { NoteEditor } from "./note-editor.tsx";
import { NoteGone } from "./note-gone.tsx";
import { SavedNote } from "./saved-note.tsx";
import { UnsavedNote } from "./unsaved-note.tsx";

export interface NoteRowProps extends Omit<NoteEntry, "key"> {
  readonly onRemoved: (note: Note) => void;
}

/** One line of the page. Typing in one does not render the others. */
export const NoteRow = memo(function NoteRow({ note, draft, onRemoved }: NoteRowProps) {
  if (draft) return <DraftRow note={note} draft={draft} />;
  return note && <SavedNote note={note} onRemoved={onRemoved} />;
});

function DraftRow({ note, draft }: { readonly note: Note | null; readonly draft: Draft }) {
  const { state } = draft;
  switch (state.phase) {
    case "writing":
      return <NoteEditor draft={draft} state={state} note={note} />;
    case "conflict":
      return <NoteConflict draft={draft} current={state.current} />;
    case "gone":
      return <NoteGone draft={draft} />;
    default:
      return <UnsavedNote draft={draft} state={state} />;
  }
}
