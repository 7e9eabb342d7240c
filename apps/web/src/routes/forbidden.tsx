import { ForbiddenPage } from "@countersign/pages";

import { OpenShell } from "../shell/open-shell.tsx";

export function Forbidden() {
  return (
    <OpenShell>
      <ForbiddenPage />
    </OpenShell>
  );
}
