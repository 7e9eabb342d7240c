import { useState } from "react";

import type { ChangeOutcome } from "@countersign/client";
import { Badge, Button, ConfirmInPlace, Icon, RelativeTime } from "@countersign/pages";
import { IfCan } from "@countersign/react";

import type { Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { RowFailure } from "../row-failure.tsx";

import type { ShownNote } from "./arrange-notes.ts";
import { describePending } from "./describe-pending.ts";
import { type Draft, useNoteDrafts } from "./note-drafts.ts";
import { NoteWords } from "./note-words.tsx";

export interface SavedNoteProps {
  readonly note: ShownNote;
  /** What was written in it and is being saved; null otherwise. */
  readonly draft: Draft | null;
  readonly remove: (note: Note) => Promise<ChangeOutcome<Note>>;
  /** Called when the note is deleted. */
  readonly onRemoved: (note: Note) => void;
}

/** A note of the list: to be read, edited and deleted. It says what of it the server may not have. */
export function SavedNote({ note, draft, remove, onRemoved }: SavedNoteProps) {
  const drafts = useNoteDrafts();
  const { notes: texts } = useAppMessages();
  const [failed, setFailed] = useState<ChangeOutcome<Note> | null>(null);
  const { $pending: pending } = note;

  async function handleRemove() {
    setFailed(null);
    const outcome = await remove(note);
    if (outcome.status === "done") onRemoved(note);
    else setFailed(outcome);
  }

  return (
    <div className="note">
      <NoteWords text={note} />
      <span className="note__time" role={pending && "status"}>
        {pending && pending.action !== "remove" ? (
          <Badge>{describePending(pending, texts)}</Badge>
        ) : (
          <RelativeTime at={note.updatedAt} />
        )}
      </span>
      <div className="note__actions">
        {pending?.phase === "waiting" && draft && (
          <Button variant="quiet" size="small" onClick={() => drafts.reopen(draft.id)}>
            {texts.edit}
          </Button>
        )}
        {!pending && (
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
        )}
        {(!pending || pending.action === "remove") && (
          <IfCan row={note} name="remove">
            <ConfirmInPlace
              action={<Icon name="trash" />}
              label={texts.removeLabel(note.title)}
              question={texts.removeQuestion(note.title)}
              confirm={texts.remove}
              confirming={pending ? describePending(pending, texts) : texts.removing}
              onConfirm={handleRemove}
            />
          </IfCan>
        )}
      </div>
      <RowFailure outcome={failed} notDone={texts.removeFailed} notKnown={texts.removeUnknown} />
    </div>
  );
}
