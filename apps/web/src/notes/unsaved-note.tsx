import { Badge, Button } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import type { AppMessages } from "../messages/english.ts";

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
  const { notes: texts } = useAppMessages();
  const canReopen = state.phase === "waiting" && !state.isSent;

  return (
    <div className="note">
      <NoteWords text={draft.text} />
      <span className="note__time" role="status">
        {state.phase !== "saved" && <Badge>{describe(state, texts)}</Badge>}
      </span>
      <div className="note__actions">
        {canReopen && (
          <Button variant="quiet" size="small" onClick={() => drafts.reopen(draft.id)}>
            {texts.edit}
          </Button>
        )}
      </div>
    </div>
  );
}

function describe(state: Extract<DraftState, { phase: "sending" | "waiting" }>, texts: AppMessages["notes"]): string {
  if (state.phase === "sending") return texts.saving;
  return state.isSent ? texts.confirming : texts.waiting;
}
