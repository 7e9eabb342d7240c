import { CloseCode, drainedReason, parseSessionEndReason, type SessionEndReason } from "@countersign/contract";

import type { Haste } from "./backoff.ts";

/** What to do after a socket closed. */
export type ClosePlan =
  /** The identity holds: come back. */
  | { readonly action: "reconnect"; readonly haste: Haste }
  /** The session ended: show it, then come back as whatever the cookie jar says. */
  | { readonly action: "end-session"; readonly reason: SessionEndReason }
  /** Sent away for good: stay away. */
  | { readonly action: "stay-away" };

/** Reads a close frame. Codes not known are a lost connection. */
export function planAfterClose(code: number, reason: string): ClosePlan {
  switch (code) {
    case CloseCode.sessionEnded:
      return { action: "end-session", reason: parseSessionEndReason(reason) };
    case CloseCode.refused:
      return { action: "stay-away" };
    case CloseCode.tooSlow:
    case CloseCode.flooding:
      return { action: "reconnect", haste: "late" };
    default:
      return { action: "reconnect", haste: "soon" };
  }
}

/** Does this close frame say that whatever got no answer was not executed? */
export function isDrained(code: unknown, reason: unknown): boolean {
  return code === CloseCode.restart && reason === drainedReason;
}
