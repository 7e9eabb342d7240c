import { memo } from "react";

import type { Note } from "../api.ts";

import type { NoteEntry } from "./arrange-notes.ts";
import type { Draft } from "./draft.ts";
import { NoteConflict } from "./note-conflict.tsx";
import { NoteEditor } from "./note-editor.tsx";
import { NoteGone } from "./note-gone.tsx";
import { SavedNote } from "./saved-note.tsx";
import { UnsavedNote } from "./unsaved-note.tsx";

export interface NoteRowProps extends Omit<NoteEntry, "key"> {
  /** Is the live list complete, so that what is not in it is not there? */
  readonly isListKnown: boolean;
  readonly onRemoved: (note: Note) => void;
}

/** One line of the page. Typing in one does not render the others. */
export const NoteRow = memo(function NoteRow({ note, draft, isListKnown, onRemoved }: NoteRowProps) {
  if (draft) return <DraftRow note={note} draft={draft} isListKnown={isListKnown} />;
  return note && <SavedNote note={note} onRemoved={onRemoved} />;
});

interface DraftRowProps extends Omit<NoteRowProps, "onRemoved"> {
  readonly draft: Draft;
}

function DraftRow({ note, draft, isListKnown }: DraftRowProps) {
  const { state } = draft;
  switch (state.phase) {
    case "writing":
      return <NoteEditor draft={draft} state={state} note={note} isListKnown={isListKnown} />;
    case "conflict":
      return <NoteConflict draft={draft} current={state.current} />;
    case "gone":
      return <NoteGone draft={draft} />;
    default:
      return <UnsavedNote draft={draft} state={state} />;
  }
}
