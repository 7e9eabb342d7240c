import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from "react";

import { Button, buttonClass, Icon, TextInput, usePages } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";

import { taskLimits } from "./task.ts";

export interface NewTaskProps {
  /** What the button that opens it is called. */
  readonly label: string;
  /** What stands on it; only an icon when left out. */
  readonly caption?: string;
  readonly onCreate: (title: string) => void;
}

/** Writes tasks down, one after the other: Enter adds one and waits for the next, Escape ends it. */
export function NewTask({ label, caption, onCreate }: NewTaskProps) {
  const { tasks: texts } = useAppMessages();
  const { messages } = usePages();
  const [state, setState] = useState<"closed" | "open" | "left">("closed");
  const [isMissing, setIsMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (state === "open") input.current?.focus();
    if (state === "left") button.current?.focus();
  }, [state]);

  function handleSubmit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const title = input.current?.value.trim() ?? "";
    setIsMissing(title === "");
    if (title === "" || !input.current) return;
    input.current.value = "";
    onCreate(title);
  }

  function handleKeyDown(event: KeyboardEvent) {
    // Escape throws nothing away.
    if (event.key === "Escape" && input.current?.value === "") setState("left");
  }

  if (state !== "open") {
    return (
      <button
        type="button"
        ref={button}
        className={caption ? buttonClass({ size: "small" }) : "cs-icon-button"}
        aria-label={label}
        onClick={() => setState("open")}
      >
        <Icon name="plus" />
        {caption}
      </button>
    );
  }

  return (
    <form className="new-task" aria-label={label} noValidate onSubmit={handleSubmit}>
      <TextInput
        ref={input}
        onKeyDown={handleKeyDown}
        dir="auto"
        autoComplete="off"
        maxLength={taskLimits.title}
        aria-label={texts.newTitle}
        aria-invalid={isMissing || undefined}
        placeholder={isMissing ? texts.nameMissing : texts.newTitle}
      />
      <Button type="submit" variant="primary" size="small">
        {texts.createSubmit}
      </Button>
      <Button variant="quiet" size="small" onClick={() => setState("left")}>
        {messages.common.cancel}
      </Button>
    </form>
  );
}
