import { useEffect, useId, useRef } from "react";

import { conflictOf } from "@countersign/client";
import { Button, RelativeTime } from "@countersign/pages";

import type { Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { type Draft, useNoteDrafts } from "./note-drafts.ts";
import type { NoteText } from "./note.ts";

export interface NoteConflictProps {
  readonly draft: Draft;
  /** The note as it was saved meanwhile. */
  readonly current: Note;
}

/** Two versions of one note, side by side, and the choice between them. Nothing is decided for the person. */
export function NoteConflict({ draft, current }: NoteConflictProps) {
  const drafts = useNoteDrafts();
  const { conflict: texts } = useAppMessages();
  const titleId = useId();
  const title = useRef<HTMLHeadingElement>(null);

  useEffect(() => title.current?.focus(), []);

  return (
    <div className="note-conflict" role="group" aria-labelledby={titleId}>
      <h2 className="note-conflict__title" id={titleId} ref={title} tabIndex={-1}>
        {texts.title}
      </h2>
      <p className="note-conflict__text">{texts.text}</p>
      <div className="note-conflict__versions">
        <Version name={texts.mine} text={conflictOf(draft)?.mine ?? draft.values} />
        <Version name={texts.theirs} text={current} savedAt={current.updatedAt} />
      </div>
      <div className="note-editor__actions">
        <Button variant="primary" size="small" onClick={() => void drafts.keepMine(draft.id)}>
          {texts.keepMine}
        </Button>
        <Button size="small" onClick={() => void drafts.takeTheirs(draft.id)}>
          {texts.keepTheirs}
        </Button>
        <Button variant="quiet" size="small" onClick={() => drafts.rebase(draft.id)}>
          {texts.edit}
        </Button>
      </div>
    </div>
  );
}

interface VersionProps {
  readonly name: string;
  readonly text: NoteText;
  readonly savedAt?: string;
}

function Version({ name, text, savedAt }: VersionProps) {
  const { notes: texts } = useAppMessages();
  return (
    <section className="note-conflict__version" aria-label={name}>
      <p className="note-conflict__name">
        {name} {savedAt && <RelativeTime at={savedAt} />}
      </p>
      <p className="note__title" dir="auto">
        {text.title}
      </p>
      <p className="note-conflict__body" dir="auto">
        {text.body || <span className="cs-muted">{texts.noBody}</span>}
      </p>
    </section>
  );
}
