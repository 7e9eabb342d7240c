import { useState } from "react";

import { Button, Notice } from "@countersign/pages";

import { useAppMessages } from "../messages/app-messages.ts";
import { useProjectDrafts } from "../tasks/use-project-drafts.ts";

/** What somebody was writing in a project they cannot see any more: it is theirs, to be copied or put away. */
export function LeftDrafts({ projectId }: { readonly projectId: string }) {
  const { projects: texts } = useAppMessages();
  const { left, discard } = useProjectDrafts(projectId);
  if (left.length === 0) return null;

  return (
    <section className="left-drafts" aria-label={texts.leftDrafts}>
      <Notice tone="warning">{texts.leftDrafts}</Notice>
      {left.map(({ id, values }) => (
        <LeftDraft key={id} title={values.title} body={values.body} onDiscard={() => discard(id)} />
      ))}
    </section>
  );
}

interface LeftDraftProps {
  readonly title: string;
  readonly body: string;
  readonly onDiscard: () => void;
}

function LeftDraft({ title, body, onDiscard }: LeftDraftProps) {
  const { projects: texts, editor } = useAppMessages();
  const [outcome, setOutcome] = useState<"copied" | "refused" | null>(null);

  async function copy() {
    try {
      await navigator.clipboard.writeText([title, body].filter(Boolean).join("\n\n"));
      setOutcome("copied");
    } catch {
      // Where the page is not served securely, or the browser was told not to.
      setOutcome("refused");
    }
  }

  return (
    <article className="left-drafts__draft">
      <h2 className="left-drafts__title" dir="auto">
        {title}
      </h2>
      {body && (
        <p className="left-drafts__body" dir="auto">
          {body}
        </p>
      )}
      <div className="cs-form__actions">
        <Button size="small" onClick={() => void copy()}>
          {texts.copy}
        </Button>
        <Button size="small" variant="quiet" onClick={onDiscard}>
          {editor.discard}
        </Button>
        <span role="status" className="cs-muted">
          {outcome === "copied" && texts.copied}
          {outcome === "refused" && texts.notCopied}
        </span>
      </div>
    </article>
  );
}
