import { hashToken } from "@countersign/auth";

import type { Services } from "../services.ts";

/** What the visitor's cookie of a request is kept under; null when there is none, or nothing is kept for visitors. */
export function readVisitorHash(
  { settings, visitorCookie }: Pick<Services, "settings" | "visitorCookie">,
  cookieHeader: string | undefined,
): string | null {
  return settings.VISITOR_DATA ? hashToken(visitorCookie.read(cookieHeader)) : null;
}
