import { createHash } from "node:crypto";

import type { Caller } from "../procedure/call-context.ts";

/** Who called and over what, for a line of the log. Made only for lines that are written. */
export function callFacts(caller: Caller): Readonly<Record<string, unknown>> {
  const { connection, requestId, userId, sessionId } = caller;
  return {
    ...(requestId === null ? {} : { requestId }),
    ...(connection === null ? {} : { connection: connection.id }),
    ...(sessionId === null ? {} : { session: shortHash(sessionId) }),
    ...(userId === null ? {} : { user: userId }),
  };
}

/** Tells sessions apart in a log, and is of no other use: who reads the log cannot name the session to anybody. */
export function shortHash(sessionId: string): string {
  return createHash("sha256").update(sessionId).digest("hex").slice(0, 12);
}
