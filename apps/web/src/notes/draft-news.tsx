import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { useToast } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { useDrafts } from "./drafts-context.ts";

/** Says it when a note that was left to be saved could not be, and the person is on another page by then. */
export function DraftNews() {
  const drafts = useDrafts();
  const router = useRouter();
  const showToast = useToast();
  const messages = useAppMessages();

  useEffect(() => {
    return drafts.onTrouble(({ text, state }) => {
      if (router.state.location.pathname === "/notes") return;
      const title = text.title || messages.notes.untitled;
      showToast({
        text: state.phase === "conflict" ? messages.news.conflict(title) : messages.news.notSaved(title),
        action: { label: messages.news.show, run: () => void router.navigate({ to: "/notes" }) },
      });
    });
  }, [drafts, router, showToast, messages]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (drafts.hasUnsaved()) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [drafts]);

  return null;
}
