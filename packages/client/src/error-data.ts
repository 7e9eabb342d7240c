import { TRPCClientError } from "@trpc/client";

import { type ErrorData, ErrorReason } from "@countersign/contract";

/**
 * What the server said beyond the message, of any error a call may throw; null when it did not come from the server.
 * Switch on `reason` and `code`, never on the message. A reason that this version does not know is left out.
 */
export function readErrorData(error: unknown): ErrorData | null {
  if (!(error instanceof TRPCClientError)) return null;

  // tRPC types `data` by the router; the client knows none.
  const data: unknown = error.data;
  if (!isErrorData(data)) return null;

  const { reason, ...rest } = data;
  const known = ErrorReason.safeParse(reason);
  return known.success ? { ...rest, reason: known.data } : rest;
}

function isErrorData(data: unknown): data is ErrorData {
  return typeof data === "object" && data !== null && "code" in data && typeof data.code === "string";
}
