import { readErrorData } from "@countersign/client";
import { Badge, ConfirmInPlace, describeCallError, Icon, Notice, RelativeTime, usePages } from "@countersign/pages";
import { IfCan } from "@countersign/react";

import { api, type Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useDrafts } from "./drafts-context.ts";
import { NoteWords } from "./note-words.tsx";

export interface SavedNoteProps {
  readonly note: Note;
  /** Called when the note is deleted, before the live list takes it away. */
  readonly onRemoved: (note: Note) => void;
}

/** A note of the live list: to be read, edited and deleted. */
export function SavedNote({ note, onRemoved }: SavedNoteProps) {
  const drafts = useDrafts();
  const pages = usePages();
  const { notes: texts } = useAppMessages();
  const remove = api.note.remove.useMutation();
  const isGone = remove.isSuccess || readErrorData(remove.error)?.code === "NOT_FOUND";

  async function removeNote() {
    try {
      await remove.mutateAsync({ id: note.id });
      onRemoved(note);
    } catch {
      // `remove.error` holds it, and is shown below.
    }
  }

  return (
    <div className="note">
      <NoteWords text={note} />
      <span className="note__time">
        <RelativeTime at={note.updatedAt} />
      </span>
      <div className="note__actions">
        <IfCan row={note} name="notes.change">
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
          <IfCan row={note} name="notes.remove">
            <ConfirmInPlace
              action={<Icon name="trash" />}
              label={texts.removeLabel(note.title)}
              question={texts.removeQuestion(note.title)}
              confirm={texts.remove}
              confirming={texts.removing}
              onConfirm={removeNote}
            />
          </IfCan>
        )}
      </div>
      {remove.error && !isGone && (
        <Notice tone="danger">
          {texts.removeFailed} {describeCallError(remove.error, pages.messages, pages.locale)}
        </Notice>
      )}
    </div>
  );
}
