import { Button, Field, FormFailure, readText, TextArea, TextInput, useForm, usePages } from "@countersign/pages";

import type { Project } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { projectLimits } from "./project.ts";

export interface ProjectValues {
  readonly name: string;
  readonly description: string;
}

export interface ProjectFormProps<Result> {
  /** What stands in it to begin with. */
  readonly project: Pick<Project, "name" | "description"> | null;
  readonly submit: (values: ProjectValues) => Promise<Result>;
  readonly onDone: (result: Result) => void;
  readonly onCancel: () => void;
}

/** What a project is called and what it is about: for a new one, or one that is there. */
export function ProjectForm<Result>({ project, submit, onDone, onCancel }: ProjectFormProps<Result>) {
  const { projects: texts } = useAppMessages();
  const { messages } = usePages();
  const { isBusy, errors, failure, formProps } = useForm<ProjectValues, Result>({
    read: (data) => ({ name: readText(data, "name").trim(), description: readText(data, "description").trim() }),
    validate: ({ name }) => (name === "" ? { name: texts.nameMissing } : {}),
    submit,
    onDone,
  });

  return (
    <form className="cs-form project-form" aria-label={project ? texts.edit : texts.create} {...formProps}>
      <FormFailure failure={failure} />
      <Field label={texts.name} error={errors.name}>
        {(control) => (
          <TextInput
            {...control}
            name="name"
            dir="auto"
            autoComplete="off"
            autoFocus
            maxLength={projectLimits.name}
            defaultValue={project?.name}
          />
        )}
      </Field>
      <Field label={texts.description} error={errors.description} isOptional>
        {(control) => (
          <TextArea
            {...control}
            name="description"
            dir="auto"
            maxLength={projectLimits.description}
            defaultValue={project?.description}
          />
        )}
      </Field>
      <div className="cs-form__actions">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {project ? messages.common.save : texts.createSubmit}
        </Button>
        <Button variant="quiet" onClick={onCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}
