import { memo } from "react";

import type { NoteEntry } from "./arrange-notes.ts";
import { NoteConflict } from "./note-conflict.tsx";
import { NoteEditor } from "./note-editor.tsx";
import { NoteGone } from "./note-gone.tsx";
import { SavedNote, type SavedNoteProps } from "./saved-note.tsx";
import { UnsavedNote } from "./unsaved-note.tsx";

export interface NoteRowProps extends Omit<NoteEntry, "key">, Pick<SavedNoteProps, "remove" | "onRemoved"> {
  /** Is the list whole, so that what is not in it is not there? */
  readonly isListWhole: boolean;
}

/** One line of the page. Typing in one does not render the others. */
export const NoteRow = memo(function NoteRow({ note, draft, isListWhole, remove, onRemoved }: NoteRowProps) {
  switch (draft?.state.phase) {
    case "writing":
      return <NoteEditor draft={draft} state={draft.state} note={note} isListWhole={isListWhole} />;
    case "conflict":
      return <NoteConflict draft={draft} current={draft.state.current} />;
    case "gone":
      return <NoteGone draft={draft} />;
    case "saving":
      return note ? (
        <SavedNote note={note} draft={draft} remove={remove} onRemoved={onRemoved} />
      ) : (
        <UnsavedNote draft={draft} progress={draft.state.progress} />
      );
    case undefined:
      return note && <SavedNote note={note} draft={null} remove={remove} onRemoved={onRemoved} />;
  }
});
