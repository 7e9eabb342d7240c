import { CloseCode, parseSessionEndReason, type SessionEndReason } from "@countersign/contract";

import type { Haste } from "./backoff.ts";

/** What to do after a socket closed. */
export type ClosePlan =
  /** The identity holds: come back. */
  | { readonly then: "reconnect"; readonly haste: Haste }
  /** The session ended: show it, then come back as whatever the cookie jar says. */
  | { readonly then: "end-session"; readonly reason: SessionEndReason }
  /** Sent away for good: stay away. */
  | { readonly then: "stay-away" };

/** Reads a close frame. Codes not known are a lost connection. */
export function planAfterClose(code: number, reason: string): ClosePlan {
  switch (code) {
    case CloseCode.sessionEnded:
      return { then: "end-session", reason: parseSessionEndReason(reason) };
    case CloseCode.refused:
      return { then: "stay-away" };
    case CloseCode.tooSlow:
    case CloseCode.flooding:
      return { then: "reconnect", haste: "late" };
    default:
      return { then: "reconnect", haste: "soon" };
  }
}
