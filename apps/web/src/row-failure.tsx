import type { ChangeOutcome } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";
import { describeCallError, Notice, usePages } from "@countersign/pages";

export interface RowFailureProps {
  /** How what was tried with the row ended; null before. */
  readonly outcome: ChangeOutcome<LiveRow> | null;
  /** That it was not done, and that it is not known whether it was, as sentences. */
  readonly notDone: string;
  readonly notKnown: string;
}

/** Why something was not done with a row, where it stands; nothing when it was. */
export function RowFailure({ outcome, notDone, notKnown }: RowFailureProps) {
  const { messages, locale } = usePages();
  if (outcome === null || !("error" in outcome) || outcome.status === "gone") return null;
  return (
    <Notice tone="danger">
      {outcome.status === "unknown" ? notKnown : notDone} {describeCallError(outcome.error, messages, locale)}
    </Notice>
  );
}
