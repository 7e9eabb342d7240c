import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import { useMessages } from "../provider/pages-context.ts";

import { Button } from "./button.tsx";
import { useEscape } from "./use-escape.ts";

export interface ConfirmInPlaceProps {
  /** What the trigger says, and its full name where that is not enough: `End the session on Firefox on Linux`. */
  readonly action: ReactNode;
  readonly label?: string;
  /** Names the thing: `End the session on Firefox on Linux?` */
  readonly question: string;
  readonly confirm: ReactNode;
  readonly confirming: ReactNode;
  readonly onConfirm: () => Promise<void>;
  readonly size?: "medium" | "small";
}

/**
 * A destructive action that asks before it acts, in its own place. The question takes the focus to the way out of it;
 * Escape leaves it, and the focus comes back to where it was.
 */
export function ConfirmInPlace(props: ConfirmInPlaceProps) {
  const { action, label, question, confirm, confirming, onConfirm, size = "small" } = props;
  const messages = useMessages();
  const questionId = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<"idle" | "left" | "asking" | "working">("idle");

  useEffect(() => {
    if (state === "asking") cancel.current?.focus();
    if (state === "left") trigger.current?.focus();
  }, [state]);

  useEscape(state === "asking", () => setState("left"));

  async function handleConfirm() {
    setState("working");
    try {
      await onConfirm();
    } finally {
      setState("idle");
    }
  }

  if (state === "idle" || state === "left") {
    return (
      <Button ref={trigger} variant="quiet" size={size} aria-label={label} onClick={() => setState("asking")}>
        {action}
      </Button>
    );
  }

  return (
    <div className="cs-confirm" role="group" aria-labelledby={questionId}>
      <p className="cs-confirm__question" id={questionId}>
        {question}
      </p>
      <Button ref={cancel} size={size} disabled={state === "working"} onClick={() => setState("left")}>
        {messages.common.cancel}
      </Button>
      <Button variant="danger" size={size} isBusy={state === "working"} onClick={() => void handleConfirm()}>
        {state === "working" ? confirming : confirm}
      </Button>
    </div>
  );
}
