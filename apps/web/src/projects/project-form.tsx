import { useEffect, useRef, type SubmitEvent } from "react";

import { Button, describeCallError, Field, Notice, TextArea, TextInput, usePages } from "@countersign/pages";
import { useCrudForm } from "@countersign/react";

import { api, type Project } from "../api.ts";
import { ConflictChoice } from "../conflict-choice.tsx";
import { useAppMessages } from "../messages/app-messages.ts";

import { projectLimits } from "./project.ts";

export interface ProjectFormProps {
  /** The project as it is now; null for a new one. */
  readonly project: Project | null;
  readonly onSaved: (project: Project) => void;
  readonly onCancel: () => void;
}

/** What a project is called and what it is about. */
export function ProjectForm({ project, onSaved, onCancel }: ProjectFormProps) {
  const { client: rpc } = api.useUtils();
  const { projects: texts, conflict, editor, tasks } = useAppMessages();
  const { messages, locale } = usePages();
  const element = useRef<HTMLFormElement>(null);
  const form = useCrudForm(rpc.project, {
    row: project,
    empty: { name: "", description: "" },
    validate: ({ name }) => (name === "" ? { name: texts.nameMissing } : {}),
    normalize: ({ name, description }) => ({ name: name.trim(), description: description.trim() }),
  });
  const { errors, phase, progress, values } = form;

  // A refused save puts the person where the mistake is.
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [errors]);

  function leave() {
    form.discard();
    onCancel();
  }

  async function save() {
    const outcome = await form.save();
    if (outcome.status === "done" && outcome.row) onSaved(outcome.row);
    if (outcome.status === "unchanged") onCancel();
  }

  if (form.conflict) {
    return (
      <ConflictChoice
        title={texts.conflictTitle}
        form={form}
        conflict={form.conflict}
        describe={(name, value) => ({
          label: name === "name" ? texts.name : texts.description,
          value: <bdi>{value}</bdi>,
        })}
        onDone={onCancel}
      />
    );
  }

  const isSaving = phase === "saving";
  return (
    <form
      className="cs-form project-form"
      ref={element}
      noValidate
      aria-label={project ? texts.edit : texts.create}
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void save();
      }}
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
          {conflict.text}
        </Notice>
      )}
      {form.failure !== null && (
        <Notice tone="danger">
          {editor.failed} {describeCallError(form.failure, messages, locale)}
        </Notice>
      )}
      <Field label={texts.name} error={errors.name}>
        {(control) => (
          <TextInput
            {...control}
            dir="auto"
            autoComplete="off"
            autoFocus
            maxLength={projectLimits.name}
            disabled={isSaving}
            value={values.name}
            onChange={(event) => form.set({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label={texts.description} error={errors.description} isOptional>
        {(control) => (
          <TextArea
            {...control}
            dir="auto"
            maxLength={projectLimits.description}
            disabled={isSaving}
            value={values.description}
            onChange={(event) => form.set({ description: event.target.value })}
          />
        )}
      </Field>
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={isSaving}>
          {isSaving ? tasks.phases[progress ?? "sending"] : project ? messages.common.save : texts.createSubmit}
        </Button>
        <Button variant="quiet" onClick={leave}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}
