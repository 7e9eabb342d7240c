import { z } from "./z.ts";

/** Why a session ended. It is the close reason of code 4401 and what the sign-in page may tell the person. */
export const SessionEndReason = z.enum([
  "signed_out",
  "signed_out_elsewhere",
  "replaced",
  "expired",
  "password_changed",
  /** The provider it came from ended it, or no longer answers for it. */
  "provider_ended",
  "deactivated",
  "deleted",
  "ended",
]);
export type SessionEndReason = z.infer<typeof SessionEndReason>;

/** Parses the reason of a close frame; what is not known reads as `ended`. */
export function parseSessionEndReason(reason: unknown): SessionEndReason {
  const parsed = SessionEndReason.safeParse(reason);
  return parsed.success ? parsed.data : "ended";
}
