import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from "react";

import { Button, describeCallError, Notice, usePages } from "@countersign/pages";
import { useCrudForm } from "@countersign/react";

import { api } from "../api.ts";
import { ConflictChoice } from "../conflict-choice.tsx";
import { useAppMessages } from "../messages/app-messages.ts";

import { useTaskFormOptions } from "./task-drafts.ts";
import { TaskFields } from "./task-fields.tsx";
import type { ShownTask } from "./task.ts";
import { useDescribeField } from "./use-describe-field.tsx";

export interface TaskFormProps {
  readonly task: ShownTask;
  /** Is it in the bin, so that `task` is what it was last? */
  readonly isGone: boolean;
  readonly onClose: () => void;
}

/** All of a task, to be changed. What comes in meanwhile never touches what is being written. */
export function TaskForm({ task, isGone, onClose }: TaskFormProps) {
  const { messages, locale } = usePages();
  const { tasks: texts, conflict: conflictTexts, editor } = useAppMessages();
  const { client: rpc } = api.useUtils();
  const form = useCrudForm(rpc.task, { row: task, isGone, ...useTaskFormOptions() });
  const element = useRef<HTMLFormElement>(null);
  // Left open by the person, on another page or before the connection went.
  const [wasDirty] = useState(form.isDirty);

  // A refused save puts the person where the mistake is.
  const { errors } = form;
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [errors]);

  const describe = useDescribeField(task);
  if (form.conflict) {
    return (
      <ConflictChoice
        title={texts.conflictTitle}
        form={form}
        conflict={form.conflict}
        describe={describe}
        onDone={onClose}
      />
    );
  }

  async function save() {
    if (form.phase === "gone" && !form.isDirty) return;
    const { status } = await (form.phase === "gone" ? form.saveAsNew() : form.save());
    if (status === "done" || status === "unchanged") onClose();
  }

  function handleSubmit(event: SubmitEvent) {
    event.preventDefault();
    void save();
  }

  function handleKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    void save();
  }

  const isSaving = form.phase === "saving";
  return (
    <form
      className="task-form"
      ref={element}
      noValidate
      aria-label={texts.formLabel(task.title)}
      onSubmit={handleSubmit}
    >
      {form.isOutdated && (
        <Notice
          tone="warning"
          action={
            <Button size="small" onClick={form.compare}>
              {editor.compare}
            </Button>
          }
        >
          {texts.conflict}
        </Notice>
      )}
      {wasDirty && form.isDirty && !form.isOutdated && form.phase === "writing" && <Notice>{texts.draft}</Notice>}
      {form.failure !== null && (
        <Notice tone="danger">
          {texts.notDone.save} {describeCallError(form.failure, messages, locale)}
        </Notice>
      )}
      <TaskFields form={form} onKeyDown={handleKeyDown} />
      <div className="cs-form__actions">
        {(form.phase !== "gone" || form.isDirty) && (
          <Button type="submit" variant="primary" isBusy={isSaving}>
            {form.phase === "gone" ? texts.saveAsNew : isSaving ? texts.phases[form.progress ?? "sending"] : texts.save}
          </Button>
        )}
        {form.isDirty && !isSaving && (
          <Button variant="quiet" onClick={form.discard}>
            {editor.discard}
          </Button>
        )}
        {isSaving && form.progress === "waiting" && (
          <Button variant="quiet" onClick={form.reopen}>
            {texts.goOnWriting}
          </Button>
        )}
      </div>
      <p className="cs-visually-hidden" role="status">
        {isSaving && texts.phases[form.progress ?? "sending"]}
        {form.conflict && conflictTexts.title}
      </p>
    </form>
  );
}
