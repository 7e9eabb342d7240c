import type { PendingChange } from "@countersign/client";

import type { AppMessages } from "../messages/english.ts";

/** What to say of a note while it is not known whether the server has what was done to it. */
export function describePending({ action, phase }: PendingChange, texts: AppMessages["notes"]): string {
  if (phase === "waiting") return texts.waiting;
  if (action === "remove") return phase === "checking" ? texts.checking : texts.removing;
  return phase === "checking" ? texts.confirming : texts.saving;
}
