import { isUnsaved } from "@countersign/client";
import { Badge } from "@countersign/pages";
import { useDrafts, useStore } from "@countersign/react";

import { api } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useTaskFormOptions } from "./task-drafts.ts";

/** Says where a task stands that something was written in it and left; nothing otherwise, and not of what is on its way. */
export function UnsavedMark({ taskId }: { readonly taskId: string }) {
  const { client: rpc } = api.useUtils();
  const { tasks: texts } = useAppMessages();
  const options = useTaskFormOptions();
  const drafts = useDrafts(rpc.task, options);
  const isLeft = useStore(drafts, (all) =>
    all.some((draft) => draft.id === taskId && draft.state.phase !== "saving" && isUnsaved(draft, options.empty)),
  );
  return isLeft && <Badge tone="accent">{texts.unsaved}</Badge>;
}
