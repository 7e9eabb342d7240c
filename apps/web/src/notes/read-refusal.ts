import { CallFailure, readErrorData } from "@countersign/client";

import type { Note } from "../api.ts";

import { isSentBefore, type Draft, type DraftState } from "./draft.ts";
import { isSameText } from "./note.ts";

/** What the refusal of a call means for its draft. */
export function readRefusal(draft: Draft, error: unknown): DraftState {
  // An earlier attempt may have been carried out: only with the same key and text can that be found out.
  const wasSent = isSentBefore(draft);
  if (error instanceof CallFailure && isTransient(error)) {
    return { phase: "waiting", isSent: wasSent || error.outcome === "unknown" };
  }

  const data = readErrorData(error);
  // The session has ended: the draft waits for its owner (see setVisitor).
  if (data?.code === "UNAUTHORIZED") return { phase: "waiting", isSent: wasSent };
  if (data?.code === "NOT_FOUND" && draft.base) return { phase: "gone" };
  // What is `current` of a note's conflict is a note (docs/errors.md).
  if (data?.reason === "VERSION_CONFLICT") return readConflict(draft, data.current as Note);

  const { title, body } = data?.fields ?? {};
  const errors = { ...(title && { title: title.join(" ") }), ...(body && { body: body.join(" ") }) };
  if (Object.keys(errors).length > 0) return { phase: "writing", errors, failure: null };
  return wasSent ? { phase: "waiting", isSent: true } : { phase: "writing", errors, failure: error };
}

function isTransient(failure: CallFailure): boolean {
  return failure.kind === "deadline" || failure.kind === "disconnected" || failure.kind === "identity-changed";
}

/** The same text is there already: an earlier attempt was carried out though its answer was lost. */
function readConflict(draft: Draft, current: Note): DraftState {
  return isSameText(current, draft.text) ? { phase: "saved", note: current } : { phase: "conflict", current };
}
