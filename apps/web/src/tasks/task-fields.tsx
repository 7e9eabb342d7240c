import type { KeyboardEvent } from "react";

import { Field, TextArea, TextInput } from "@countersign/pages";
import type { CrudForm } from "@countersign/react";

import type { Task } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import { nameOf } from "../projects/project.ts";

import { dayOf, instantOf } from "./day.ts";
import type { TaskValues } from "./task-drafts.ts";
import { taskLimits, taskStates } from "./task.ts";

export interface TaskFieldsProps {
  readonly form: Pick<CrudForm<Task, TaskValues>, "values" | "errors" | "phase" | "set">;
  /** For what a key does while text is written. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** What of a task can be changed. */
export function TaskFields({ form, onKeyDown }: TaskFieldsProps) {
  const { tasks: texts } = useAppMessages();
  const { errors } = form;
  const isSaving = form.phase === "saving";

  return (
    <>
      <Field label={texts.name} error={errors.title}>
        {(control) => (
          <TextInput
            {...control}
            dir="auto"
            autoComplete="off"
            maxLength={taskLimits.title}
            disabled={isSaving}
            value={form.values.title}
            onKeyDown={onKeyDown}
            onChange={(event) => form.set({ title: event.target.value })}
          />
        )}
      </Field>
      <Field label={texts.body} error={errors.body}>
        {(control) => (
          <TextArea
            {...control}
            dir="auto"
            className="task-form__body"
            maxLength={taskLimits.body}
            disabled={isSaving}
            value={form.values.body}
            onKeyDown={onKeyDown}
            onChange={(event) => form.set({ body: event.target.value })}
          />
        )}
      </Field>
      <div className="task-form__choices">
        <Field label={texts.state} error={errors.state}>
          {(control) => (
            <select
              {...control}
              className="cs-input cs-select"
              disabled={isSaving}
              value={form.values.state}
              onChange={(event) =>
                form.set({ state: taskStates.find((state) => state === event.target.value) ?? "todo" })
              }
            >
              {taskStates.map((state) => (
                <option key={state} value={state}>
                  {texts.states[state]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={texts.assignee} error={errors.assigneeId}>
          {(control) => (
            <select
              {...control}
              className="cs-input cs-select"
              disabled={isSaving}
              value={form.values.assigneeId ?? ""}
              onChange={(event) => form.set({ assigneeId: event.target.value || null })}
            >
              <AssigneeOptions present={form.values.assigneeId} />
            </select>
          )}
        </Field>
        <Field label={texts.due} error={errors.dueAt}>
          {(control) => (
            <TextInput
              {...control}
              type="date"
              // Without it a year has six digits, and the fifth one empties the field.
              max="9999-12-31"
              disabled={isSaving}
              value={form.values.dueAt === null ? "" : dayOf(form.values.dueAt)}
              onChange={(event) => form.set({ dueAt: event.target.value ? instantOf(event.target.value) : null })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function AssigneeOptions({ present }: { readonly present: string | null }) {
  const { members } = useProject();
  const { tasks: texts } = useAppMessages();
  const isFormer = present !== null && !members.some(({ userId }) => userId === present);
  return (
    <>
      <option value="">{texts.nobody}</option>
      {isFormer && <option value={present}>{texts.formerMember}</option>}
      {members.map((member) => (
        <option key={member.userId} value={member.userId}>
          {nameOf(member)}
        </option>
      ))}
    </>
  );
}
