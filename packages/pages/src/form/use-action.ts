import { useState } from "react";

export interface ActionState {
  /** What came of the last one; null when nothing did yet. */
  readonly news: string | null;
  /** Why the last one was refused; null when it was not. */
  readonly failure: unknown;
  /** Does something, and keeps what is to be said of it: the sentence it gives, or why it failed. */
  readonly run: (work: () => Promise<string>) => Promise<void>;
}

/** Things that are done at the press of a button, and what came of them. */
export function useAction(): ActionState {
  const [outcome, setOutcome] = useState<Pick<ActionState, "news" | "failure">>({ news: null, failure: null });

  async function run(work: () => Promise<string>) {
    setOutcome({ news: null, failure: null });
    try {
      setOutcome({ news: await work(), failure: null });
    } catch (failure) {
      setOutcome({ news: null, failure });
    }
  }

  return { ...outcome, run };
}
