import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from "react";

import { Button, describeCallError, Field, Notice, TextArea, TextInput, usePages } from "@countersign/pages";
import { useCrudForm } from "@countersign/react";

import { api } from "../api.ts";
import { ConflictChoice } from "../conflict-choice.tsx";
import { useAppMessages } from "../messages/app-messages.ts";
import { useProject } from "../projects/project-context.ts";
import { nameOf } from "../projects/project.ts";

import { dayOf, instantOf } from "./day.ts";
import { DueDate } from "./due-date.tsx";
import { type TaskValues, useTaskFormOptions } from "./task-drafts.ts";
import { taskLimits, taskStates, type ShownTask } from "./task.ts";

export interface TaskFormProps {
  readonly task: ShownTask;
  readonly onClose: () => void;
}

/** All of a task, to be changed. What comes in meanwhile never touches what is being written. */
export function TaskForm({ task, onClose }: TaskFormProps) {
  const { messages, locale } = usePages();
  const { tasks: texts, conflict: conflictTexts, editor } = useAppMessages();
  const { client: rpc } = api.useUtils();
  const form = useCrudForm(rpc.task, { row: task, ...useTaskFormOptions() });
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
      {form.phase === "gone" && <Notice tone="warning">{editor.goneElsewhere}</Notice>}
      {form.failure !== null && (
        <Notice tone="danger">
          {texts.notDone.save} {describeCallError(form.failure, messages, locale)}
        </Notice>
      )}
      <Field label={texts.name} error={errors.title}>
        {(control) => (
          <TextInput
            {...control}
            dir="auto"
            autoComplete="off"
            maxLength={taskLimits.title}
            disabled={isSaving}
            value={form.values.title}
            onKeyDown={handleKeyDown}
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
            onKeyDown={handleKeyDown}
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
              disabled={isSaving}
              value={form.values.dueAt === null ? "" : dayOf(form.values.dueAt)}
              onChange={(event) => form.set({ dueAt: event.target.value ? instantOf(event.target.value) : null })}
            />
          )}
        </Field>
      </div>
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={isSaving}>
          {form.phase === "gone" ? editor.saveAsNew : isSaving ? texts.phases[form.progress ?? "sending"] : texts.save}
        </Button>
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

/** A field of a task and what is in it, in words. */
function useDescribeField(task: ShownTask) {
  const { members } = useProject();
  const { tasks: texts } = useAppMessages();
  return <Name extends keyof TaskValues>(name: Name, value: TaskValues[Name]) => {
    const text = value ?? "";
    switch (name) {
      case "state":
        return { label: texts.state, value: texts.states[taskStates.find((state) => state === value) ?? "todo"] };
      case "assigneeId": {
        const member = members.find(({ userId }) => userId === value);
        return { label: texts.assignee, value: member ? nameOf(member) : value ? texts.formerMember : texts.nobody };
      }
      case "dueAt":
        return {
          label: texts.due,
          value: text ? <DueDate dueAt={text} isDone={task.state === "done"} /> : texts.noDue,
        };
      case "body":
        return { label: texts.body, value: <bdi>{text || texts.noBody}</bdi> };
      default:
        return { label: texts.name, value: <bdi>{text}</bdi> };
    }
  };
}
