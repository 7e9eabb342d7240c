import { TRPCClientError } from "@trpc/client";

import { type ErrorData, ErrorReason } from "@countersign/contract";

/**
 * What the server said beyond the message, of any error a call may throw; null when it did not come from the server.
 * Switch on `reason` and `code`, never on the message.
 */
export function readErrorData(error: unknown): ErrorData | null {
  if (!(error instanceof TRPCClientError)) return null;

  // tRPC types `data` by the router; the client knows none.
  const data: unknown = error.data;
  return isErrorData(data) ? data : null;
}

function isErrorData(data: unknown): data is ErrorData {
  if (typeof data !== "object" || data === null) return false;
  if (!("code" in data) || typeof data.code !== "string") return false;
  // A reason of a newer server is not one this page can act on.
  return !("reason" in data) || data.reason === undefined || ErrorReason.safeParse(data.reason).success;
}
