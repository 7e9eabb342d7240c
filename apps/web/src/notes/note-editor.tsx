import { useEffect, useRef, type KeyboardEvent, type SubmitEvent } from "react";

import { Button, describeCallError, Field, Notice, TextArea, TextInput, usePages } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import type { AppMessages } from "../messages/english.ts";

import type { ShownNote } from "./arrange-notes.ts";
import { type Draft, type DraftState, useNoteDrafts } from "./note-drafts.ts";
import { isSameText, noteLimits, textOf } from "./note.ts";

export interface NoteEditorProps {
  readonly draft: Draft;
  readonly state: Extract<DraftState, { phase: "writing" }>;
  /** The note as the list has it now; null for a new one, and for one that is not in the list. */
  readonly note: ShownNote | null;
  /** Is the list whole, so that what is not in it is not there? */
  readonly isListWhole: boolean;
}

/** Writing a note, in its place in the list. What comes in meanwhile never touches the text. */
export function NoteEditor({ draft, state, note, isListWhole }: NoteEditorProps) {
  const drafts = useNoteDrafts();
  const { editor: texts } = useAppMessages();
  const form = useRef<HTMLFormElement>(null);
  const isTouched = !isSameText(draft.values, textOf(draft.base));
  const isGone = isListWhole && draft.base !== null && note === null;

  // A refused save puts the person where the mistake is.
  const { errors } = state;
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [errors]);

  function save() {
    void (isGone ? drafts.saveAsNew(draft.id) : drafts.save(draft.id));
  }

  function handleSubmit(event: SubmitEvent) {
    event.preventDefault();
    save();
  }

  function handleKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      save();
    }
    // Escape throws nothing away: with text in the editor it takes the button.
    if (event.key === "Escape" && !isTouched) drafts.discard(draft.id);
  }

  return (
    <form
      className="note-editor"
      ref={form}
      noValidate
      aria-label={draft.base ? texts.label(draft.base.title) : texts.newLabel}
      onSubmit={handleSubmit}
    >
      <ElsewhereNotice draft={draft} note={note} isGone={isGone} />
      {state.failure !== null && <SaveFailure failure={state.failure} />}
      <Field
        label={texts.title}
        help={describeLength(draft.values.title, noteLimits.title, texts)}
        error={errors.title}
      >
        {(control) => (
          <TextInput
            {...control}
            dir="auto"
            value={draft.values.title}
            autoComplete="off"
            autoFocus
            onKeyDown={handleKeyDown}
            onChange={(event) => drafts.write(draft.id, { title: event.target.value })}
          />
        )}
      </Field>
      <Field label={texts.body} help={describeLength(draft.values.body, noteLimits.body, texts)} error={errors.body}>
        {(control) => (
          <TextArea
            {...control}
            dir="auto"
            value={draft.values.body}
            onKeyDown={handleKeyDown}
            onChange={(event) => drafts.write(draft.id, { body: event.target.value })}
          />
        )}
      </Field>
      <div className="note-editor__actions">
        <Button type="submit" variant="primary" size="small">
          {isGone ? texts.saveAsNew : texts.save}
        </Button>
        <Button variant="quiet" size="small" onClick={() => drafts.discard(draft.id)}>
          {isGone ? texts.discard : texts.cancel}
        </Button>
      </div>
    </form>
  );
}

interface ElsewhereNoticeProps extends Pick<NoteEditorProps, "draft" | "note"> {
  readonly isGone: boolean;
}

function ElsewhereNotice({ draft, note, isGone }: ElsewhereNoticeProps) {
  const drafts = useNoteDrafts();
  const { editor: texts } = useAppMessages();
  if (isGone) return <Notice tone="warning">{texts.goneElsewhere}</Notice>;
  if (!draft.base || !note || note.version <= draft.base.version) return null;

  return (
    <Notice
      tone="warning"
      action={
        <Button size="small" onClick={() => drafts.compare(draft.id, note)}>
          {texts.compare}
        </Button>
      }
    >
      {texts.changedElsewhere}
    </Notice>
  );
}

function SaveFailure({ failure }: { readonly failure: unknown }) {
  const pages = usePages();
  const { editor: texts } = useAppMessages();
  return (
    <Notice tone="danger">
      {texts.failed} {describeCallError(failure, pages.messages, pages.locale)}
    </Notice>
  );
}

/** How much room is left, once it begins to matter. */
function describeLength(text: string, most: number, texts: AppMessages["editor"]): string | null {
  return text.length < most * 0.9 ? null : texts.length(text.length, most);
}
