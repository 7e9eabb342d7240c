import { TRPCError } from "@trpc/server";

import type { ErrorData } from "@countersign/contract";

type Code = TRPCError["code"];
type Details = Omit<ErrorData, "code" | "httpStatus" | "path" | "errorId">;

/** A refusal whose message and details are meant for the browser. */
export class CallError extends TRPCError {
  readonly details: Details;

  constructor(code: Code, message: string, details: Details = {}) {
    super({ code, message });
    this.details = details;
  }
}

export function unauthorized(): CallError {
  return new CallError("UNAUTHORIZED", "Sign in to continue.");
}

export function forbidden(): CallError {
  return new CallError("FORBIDDEN", "You may not do this.");
}

export function reauthenticate(): CallError {
  return new CallError("FORBIDDEN", "Confirm that it is you to continue.", { reason: "REAUTH" });
}

/** Not there, or not yours: the same answer. */
export function notFound(): CallError {
  return new CallError("NOT_FOUND", "Not found.");
}

export function rateLimited(retryAfterSeconds: number): CallError {
  const reason = "RATE_LIMITED";
  return new CallError("TOO_MANY_REQUESTS", "Too many calls. Try again in a moment.", { reason, retryAfterSeconds });
}

export function unavailable(): CallError {
  return new CallError("SERVICE_UNAVAILABLE", "The service does not answer just now. Nothing was changed. Try again.", {
    reason: "UNAVAILABLE",
  });
}

/** The store was lost while it was committing: it is not known, here either, whether it did. */
export function outcomeUnknown(): CallError {
  const message =
    "The service stopped answering while this was written. It may have been done: look before you do it again.";
  return new CallError("SERVICE_UNAVAILABLE", message, { reason: "OUTCOME_UNKNOWN" });
}

/** What a change has led to is not shown to one who may not see it any more, or of whom that is not known. */
export function withheld(refusal: unknown): CallError {
  const code = refusal instanceof TRPCError ? refusal.code : null;
  if (code !== "UNAUTHORIZED" && code !== "FORBIDDEN") return outcomeUnknown();
  const message = "This may have been done. What came of it is not yours to see any more.";
  return new CallError(code, message, { reason: "OUTCOME_UNKNOWN" });
}

/** The server is about to stop, and the client has not moved yet: nothing was done. */
export function moving(): CallError {
  const message = "The server is being restarted. Reconnect and send this again.";
  return new CallError("SERVICE_UNAVAILABLE", message, { reason: "STALE_CONNECTION" });
}

export function invalidFields(fields: Readonly<Record<string, readonly string[]>>): CallError {
  return new CallError("BAD_REQUEST", "Some fields are not valid.", { reason: "INVALID_FIELDS", fields });
}

/** The present password, asked for before a change, is not right. */
export function wrongPassword(): CallError {
  return new CallError("FORBIDDEN", "That is not your password.", { reason: "WRONG_PASSWORD" });
}

/** The session ended, or got another token, while the call was under way: nothing was done. */
export function staleToken(): CallError {
  const message = "Your session has changed meanwhile. Nothing was done. Try again.";
  return new CallError("UNAUTHORIZED", message, { reason: "STALE_CONNECTION" });
}

/** A mailed link that opens nothing (any more). Why is not told. */
export function linkInvalid(): CallError {
  const message = "This link does not work any more. Ask for a new one.";
  return new CallError("BAD_REQUEST", message, { reason: "LINK_INVALID" });
}
