import { Button, Notice } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { type Draft, useNoteDrafts } from "./note-drafts.ts";
import { NoteWords } from "./note-words.tsx";

/** A change of a note that was deleted meanwhile: the text is still there, to be kept as a new note or not. */
export function NoteGone({ draft }: { readonly draft: Draft }) {
  const drafts = useNoteDrafts();
  const { editor: texts } = useAppMessages();

  return (
    <div className="note-editor">
      <Notice tone="warning">{texts.goneElsewhere}</Notice>
      <NoteWords text={draft.values} />
      <div className="note-editor__actions">
        <Button variant="primary" size="small" onClick={() => void drafts.saveAsNew(draft.id)}>
          {texts.saveAsNew}
        </Button>
        <Button variant="quiet" size="small" onClick={() => drafts.discard(draft.id)}>
          {texts.discard}
        </Button>
      </div>
    </div>
  );
}
