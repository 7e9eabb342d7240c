import { and, eq, gt, or, type SQL } from "drizzle-orm";

import type { CoreTables } from "@countersign/db";

/** How long after its replacement a token is still known as the one before. */
export const replacedForMs = 60_000;

/**
 * The session a browser means by this token: also one that got another token a moment ago, whose answer may still be on its
 * way to the browser. To open a session only the present token counts; this is for ending it, and for telling that it was replaced.
 */
export function isMeantBy(sessions: CoreTables["sessions"], tokenHash: string, now: number): SQL | undefined {
  return or(eq(sessions.tokenHash, tokenHash), isReplaced(sessions, tokenHash, now));
}

/** The session whose token this was until a moment ago. */
export function isReplaced(sessions: CoreTables["sessions"], tokenHash: string, now: number): SQL | undefined {
  return and(eq(sessions.previousTokenHash, tokenHash), gt(sessions.replacedAt, new Date(now - replacedForMs)));
}
