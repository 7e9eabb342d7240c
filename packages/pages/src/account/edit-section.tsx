import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import { Button } from "../primitives/button.tsx";

import { useLeaving } from "./use-leaving.ts";

export interface EditSectionProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What opens the form; no form without it. */
  readonly action?: string | null;
  /** What is there in any case. */
  readonly content?: ReactNode;
  /** The form, in place of the button. What it is given closes it, and says what came of it. */
  readonly children: (close: (news?: string) => void) => ReactNode;
}

/** A section of the account with one thing to change in it, in place. */
export function EditSection({ title, lead, action = null, content, children }: EditSectionProps) {
  const titleId = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<"closed" | "open" | "left">("closed");
  const [news, setNews] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);

  // What was said here is old when the person goes on elsewhere.
  useLeaving(section, news === null ? null : () => setNews(null));

  // The focus comes back to where it was when the form took it.
  useEffect(() => {
    if (state === "left") trigger.current?.focus();
  }, [state]);

  function open() {
    setNews(null);
    setState("open");
  }

  function close(text?: string) {
    setNews(text ?? null);
    setState("left");
  }

  return (
    <section className="cs-section" aria-labelledby={titleId} ref={section}>
      <div className="cs-section__head">
        <h2 className="cs-section__title" id={titleId}>
          {title}
        </h2>
        {action !== null && state !== "open" && (
          <Button size="small" ref={trigger} onClick={open}>
            {action}
          </Button>
        )}
      </div>
      {lead && <p className="cs-section__lead">{lead}</p>}
      {/* Always there, so that what comes into it is read out. */}
      <div className="cs-live" role="status">
        {news && <p className="cs-notice">{news}</p>}
      </div>
      {content}
      {state === "open" && <div className="cs-panel">{children(close)}</div>}
    </section>
  );
}
