import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { useToast } from "@countersign/pages";
import { useDrafts } from "@countersign/react";

import { api } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";

import { useTaskFormOptions } from "./task-drafts.ts";

/** Says it when a task that was left to be saved could not be, and the person looks at something else by then. */
export function TaskDraftNews() {
  const { client: rpc } = api.useUtils();
  const { onTrouble } = useDrafts(rpc.task, useTaskFormOptions());
  const router = useRouter();
  const showToast = useToast();
  const { news } = useAppMessages();

  useEffect(() => {
    return onTrouble(({ id, values, state }) => {
      const address = new URLSearchParams(router.state.location.searchStr);
      if (address.get("task") === id) return;
      showToast({
        text: state.phase === "conflict" ? news.conflict(values.title) : news.notSaved(values.title),
        action: { label: news.show, run: () => router.history.push(`/projects/${values.projectId}?task=${id}`) },
      });
    });
  }, [onTrouble, router, showToast, news]);

  return null;
}
