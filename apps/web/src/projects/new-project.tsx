import { usePages } from "@countersign/pages";

import { ProjectForm } from "./project-form.tsx";

/** Makes a project, and leads to it. */
export function NewProject({ onCancel }: { readonly onCancel: () => void }) {
  const { navigate } = usePages();
  return (
    <section className="cs-panel">
      <ProjectForm project={null} onSaved={({ id }) => navigate(`/projects/${id}`)} onCancel={onCancel} />
    </section>
  );
}
