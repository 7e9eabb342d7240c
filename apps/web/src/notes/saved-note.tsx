import { Badge, ConfirmInPlace, Icon, Notice, RelativeTime } from "@countersign/pages";
import { IfCan } from "@countersign/react";

import type { Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useDrafts } from "./drafts-context.ts";
import { NoteWords } from "./note-words.tsx";
import { useRemoval } from "./use-removal.ts";

export interface SavedNoteProps {
  readonly note: Note;
  /** Called when the note is deleted, before the live list takes it away. */
  readonly onRemoved: (note: Note) => void;
}

/** A note of the live list: to be read, edited and deleted. */
export function SavedNote({ note, onRemoved }: SavedNoteProps) {
  const drafts = useDrafts();
  const { notes: texts } = useAppMessages();
  const { isGone, progress, failure, remove } = useRemoval(note, onRemoved);

  return (
    <div className="note">
      <NoteWords text={note} />
      <span className="note__time">
        <RelativeTime at={note.updatedAt} />
      </span>
      <div className="note__actions">
        <IfCan row={note} name="update">
          <button
            type="button"
            className="cs-icon-button"
            aria-label={texts.editLabel(note.title)}
            title={texts.edit}
            onClick={() => drafts.open(note)}
          >
            <Icon name="edit" />
          </button>
        </IfCan>
        {isGone ? (
          <Badge>{texts.removing}</Badge>
        ) : (
          <IfCan row={note} name="remove">
            <ConfirmInPlace
              action={<Icon name="trash" />}
              label={texts.removeLabel(note.title)}
              question={texts.removeQuestion(note.title)}
              confirm={texts.remove}
              confirming={progress}
              onConfirm={remove}
            />
          </IfCan>
        )}
      </div>
      {failure !== null && <Notice tone="danger">{failure}</Notice>}
    </div>
  );
}
