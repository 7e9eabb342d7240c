import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { hasUnsavedWork } from "@countersign/client";
import { useToast } from "@countersign/pages";
import { useSessionClient } from "@countersign/react";

import { useAppMessages } from "../messages/app-messages.ts";

import { useNoteDrafts } from "./note-drafts.ts";

/** Says it when a note that was left to be saved could not be, and the person is on another page by then. */
export function DraftNews() {
  const { onTrouble } = useNoteDrafts();
  const session = useSessionClient();
  const router = useRouter();
  const showToast = useToast();
  const messages = useAppMessages();

  useEffect(() => {
    return onTrouble(({ values, state }) => {
      if (router.state.location.pathname === "/notes") return;
      const title = values.title || messages.notes.untitled;
      showToast({
        text: state.phase === "conflict" ? messages.news.conflict(title) : messages.news.notSaved(title),
        action: { label: messages.news.show, run: () => void router.navigate({ to: "/notes" }) },
      });
    });
  }, [onTrouble, router, showToast, messages]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (hasUnsavedWork(session)) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [session]);

  return null;
}
