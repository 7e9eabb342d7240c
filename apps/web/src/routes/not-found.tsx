import { NotFoundPage } from "@countersign/pages";

import { OpenShell } from "../shell/open-shell.tsx";

export function NotFound() {
  return (
    <OpenShell>
      <NotFoundPage />
    </OpenShell>
  );
}
