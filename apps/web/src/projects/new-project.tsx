import { usePages } from "@countersign/pages";

import { api } from "../api.ts";

import { ProjectForm } from "./project-form.tsx";

/** Makes a project, and leads to it. */
export function NewProject({ onCancel }: { readonly onCancel: () => void }) {
  const { client: rpc } = api.useUtils();
  const { navigate } = usePages();
  return (
    <section className="cs-panel">
      <ProjectForm
        project={null}
        submit={(values) => rpc.project.create.mutate({ ...values, key: crypto.randomUUID() })}
        onDone={({ id }) => navigate(`/projects/${id}`)}
        onCancel={onCancel}
      />
    </section>
  );
}
