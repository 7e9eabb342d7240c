import type { PendingChange } from "@countersign/client";
import { Badge, Button } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { describePending } from "./describe-pending.ts";
import { type Draft, useNoteDrafts } from "./note-drafts.ts";
import { NoteWords } from "./note-words.tsx";

export interface UnsavedNoteProps {
  readonly draft: Draft;
  readonly progress: PendingChange["phase"];
}

/** What is being saved of a note that the list does not show. */
export function UnsavedNote({ draft, progress }: UnsavedNoteProps) {
  const drafts = useNoteDrafts();
  const { notes: texts } = useAppMessages();
  const action = draft.base ? "update" : "create";

  return (
    <div className="note">
      <NoteWords text={draft.values} />
      <span className="note__time" role="status">
        <Badge>{describePending({ action, phase: progress }, texts)}</Badge>
      </span>
      <div className="note__actions">
        {progress === "waiting" && (
          <Button variant="quiet" size="small" onClick={() => drafts.reopen(draft.id)}>
            {texts.edit}
          </Button>
        )}
      </div>
    </div>
  );
}
