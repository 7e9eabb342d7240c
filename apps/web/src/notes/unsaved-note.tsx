import { Badge, Button } from "@countersign/pages";

import { messages } from "../messages.ts";

import type { Draft, DraftState } from "./draft.ts";
import { useDrafts } from "./drafts-context.ts";
import { NoteWords } from "./note-words.tsx";

export interface UnsavedNoteProps {
  readonly draft: Draft;
  readonly state: Extract<DraftState, { phase: "sending" | "waiting" | "saved" }>;
}

/** A note as it was just written, before the live list has it. It says so, unless the server does have it. */
export function UnsavedNote({ draft, state }: UnsavedNoteProps) {
  const drafts = useDrafts();
  const canReopen = state.phase === "waiting" && !state.isSent;

  return (
    <div className="note">
      <NoteWords text={draft.text} />
      <span className="note__time" role="status">
        {state.phase !== "saved" && <Badge>{describe(state)}</Badge>}
      </span>
      <div className="note__actions">
        {canReopen && (
          <Button variant="quiet" size="small" onClick={() => drafts.reopen(draft.id)}>
            {messages.notes.edit}
          </Button>
        )}
      </div>
    </div>
  );
}

function describe(state: Extract<DraftState, { phase: "sending" | "waiting" }>): string {
  if (state.phase === "sending") return messages.notes.saving;
  return state.isSent ? messages.notes.confirming : messages.notes.waiting;
}
