import { useMemo } from "react";

import { isUnsaved } from "@countersign/client";
import { useDrafts, useStore } from "@countersign/react";

import { api } from "../api.ts";

import { useTaskFormOptions, type TaskValues } from "./task-drafts.ts";

export interface ProjectDrafts {
  /** What was written in the tasks of the project and is not saved. */
  readonly left: readonly { readonly id: string; readonly values: TaskValues }[];
  readonly discard: (id: string) => void;
}

/** What is being written in the tasks of a project, whether they can still be seen or not. */
export function useProjectDrafts(projectId: string): ProjectDrafts {
  const { client: rpc } = api.useUtils();
  const options = useTaskFormOptions();
  const drafts = useDrafts(rpc.task, options);
  const all = useStore(drafts, (present) => present);
  return useMemo(() => {
    const left = all.filter((draft) => draft.values.projectId === projectId && isUnsaved(draft, options.empty));
    return { left, discard: drafts.discard };
  }, [all, drafts, projectId, options.empty]);
}
