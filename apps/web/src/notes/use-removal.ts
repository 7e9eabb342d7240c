import { useEffect, useRef, useState } from "react";

import { CallFailure, readErrorData } from "@countersign/client";
import { usePages, describeCallError } from "@countersign/pages";

import { api, type Note } from "../api.ts";
import { useAppMessages } from "../messages/app-messages.ts";
import type { AppMessages } from "../messages/english.ts";

export interface Removal {
  /** What to say while it goes on. */
  readonly progress: string;
  readonly isGone: boolean;
  /** Why it ended without success, and what is known of the note; null otherwise. */
  readonly failure: string | null;
  readonly remove: () => Promise<void>;
}

/**
 * Deletes a note. An attempt whose answer is lost may have been carried out: it is made again until an answer comes,
 * which does no harm (deleted is deleted), and only then is it said how it ended.
 */
export function useRemoval(note: Note, onRemoved: (note: Note) => void): Removal {
  const pages = usePages();
  const { notes: texts } = useAppMessages();
  const mutation = api.note.remove.useMutation();
  const [phase, setPhase] = useState<Phase>("sending");
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => void (isMounted.current = false);
  }, []);

  async function remove() {
    let wasSent = false;
    setPhase("sending");
    // Who leaves the page sees what is true when they come back.
    while (isMounted.current) {
      try {
        await mutation.mutateAsync({ id: note.id });
        return onRemoved(note);
      } catch (error) {
        if (isNotThere(error)) return onRemoved(note);
        // `mutation.error` holds it, and is shown.
        if (!isLost(error)) return;
        wasSent ||= error.outcome === "unknown";
        setPhase(wasSent ? "checking" : "waiting");
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  }

  const isGone = mutation.isSuccess || isNotThere(mutation.error);
  const hasFailed = mutation.error !== null && !isGone && !isLost(mutation.error);
  return {
    progress: describePhase(phase, texts),
    isGone,
    failure: hasFailed
      ? `${describeOutcome(mutation.error, texts)} ${describeCallError(mutation.error, pages.messages, pages.locale)}`
      : null,
    remove,
  };
}

type Phase = "sending" | "waiting" | "checking";

const againMs = 1000;

function describePhase(phase: Phase, texts: AppMessages["notes"]): string {
  if (phase === "waiting") return texts.waiting;
  return phase === "checking" ? texts.checking : texts.removing;
}

function describeOutcome(error: unknown, texts: AppMessages["notes"]): string {
  return error instanceof CallFailure && error.outcome === "unknown" ? texts.removeUnknown : texts.removeFailed;
}

function isNotThere(error: unknown): boolean {
  return readErrorData(error)?.code === "NOT_FOUND";
}

/** No answer came, and one may come when it is asked again. */
function isLost(error: unknown): error is CallFailure {
  return error instanceof CallFailure && (error.kind === "deadline" || error.kind === "disconnected");
}
