import { useState } from "react";

import { ConfirmInPlace, FormFailure, usePages, useToast } from "@countersign/pages";

import { api, type Project } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { ProjectForm } from "./project-form.tsx";

export interface EditProjectProps {
  readonly project: Project;
  readonly onClose: () => void;
}

/** Changes what a project is called and what it is about, or deletes it. For those who manage it. */
export function EditProject({ project, onClose }: EditProjectProps) {
  const { client: rpc } = api.useUtils();
  const { projects: texts } = useAppMessages();
  const { navigate } = usePages();
  const show = useToast();
  const [failure, setFailure] = useState<unknown>(null);

  async function remove() {
    setFailure(null);
    try {
      await rpc.project.remove.mutate({ id: project.id, key: crypto.randomUUID() });
    } catch (error) {
      return setFailure(error);
    }
    show({ text: texts.removed(project.name) });
    navigate("/projects", { replace: true });
  }

  return (
    <section className="cs-panel project__edit">
      <ProjectForm project={project} onSaved={onClose} onCancel={onClose} />
      {project.$can.remove && (
        <div className="project__remove">
          <FormFailure failure={failure} />
          <ConfirmInPlace
            action={texts.remove}
            question={texts.removeQuestion(project.name)}
            confirm={texts.remove}
            confirming={texts.removing}
            onConfirm={remove}
          />
        </div>
      )}
    </section>
  );
}
