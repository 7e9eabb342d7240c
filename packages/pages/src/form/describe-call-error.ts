import { CallFailure, readErrorData } from "@countersign/client";
import type { ErrorData } from "@countersign/contract";

import type { Messages } from "../messages.ts";

import { formatWait } from "./format-wait.ts";

/** One calm sentence about a call that failed: what happened and what to do. */
export function describeCallError(error: unknown, { errors }: Messages, locale?: string): string {
  const data = readErrorData(error);
  if (!data) return mayBeDone(error) ? errors.outcomeUnknown : errors.unreachable;

  switch (data.reason) {
    case "INVALID_CREDENTIALS":
      return errors.invalidCredentials;
    case "RATE_LIMITED":
    case "LIMIT_EXCEEDED":
      return describeWait(data.retryAfterSeconds, errors, locale);
    case "INVALID_FIELDS":
      return errors.invalidFields;
    case "SIGN_UP_CLOSED":
      return errors.signUpClosed;
    case "PASSWORD_RESET_OFF":
      return errors.passwordResetOff;
    case "EMAIL_UNVERIFIED":
      return errors.emailUnverified;
    case "LINK_INVALID":
      return errors.linkInvalid;
    case "WRONG_PASSWORD":
      return errors.wrongPassword;
    case "LAST_SUPERUSER":
      return errors.lastSuperuser;
    case "BEYOND_OWN_RIGHTS":
      return errors.beyondOwnRights;
    case "TAKEN":
      return errors.taken;
    case "QUOTA_REACHED":
      return errors.quotaReached;
    case "LIST_TOO_WIDE":
      return errors.listTooWide;
    case "FILE_TOO_LARGE":
      return errors.fileTooLarge;
    case "FILE_TYPE_REFUSED":
      return errors.fileTypeRefused;
    case "UNAVAILABLE":
      return errors.unavailable;
    case "OUTCOME_UNKNOWN":
      return errors.outcomeUnknown;
    case "PROVIDER_UNKNOWN":
      return errors.providerUnknown;
    case "PROVIDER_UNAVAILABLE":
      return errors.providerUnavailable;
    case "SIGN_IN_LINK_INVALID":
      return errors.signInLinkInvalid;
    case "IDENTITY_TAKEN":
      return errors.identityTaken;
    case "LAST_SIGN_IN_METHOD":
      return errors.lastSignInMethod;
    case "REAUTH":
      return errors.reauth;
    default:
      return describeCode(data, errors);
  }
}

/** It may have been carried out, and would not show by itself, as signing in does. */
function mayBeDone(error: unknown): boolean {
  return error instanceof CallFailure && error.outcome === "unknown" && error.path !== "auth.login";
}

function describeWait(seconds: number | undefined, errors: Messages["errors"], locale?: string): string {
  if (seconds === undefined) return errors.rateLimitedUnknown;
  return errors.rateLimited(formatWait(seconds, locale));
}

function describeCode(data: ErrorData, errors: Messages["errors"]): string {
  if (data.code === "FORBIDDEN") return errors.forbidden;
  if (data.code === "UNAUTHORIZED") return errors.signedOut;
  if (data.code === "CONFLICT") return errors.conflict;
  if (data.code === "NOT_FOUND") return errors.notFound;
  if (data.code === "TOO_MANY_REQUESTS") return errors.rateLimitedUnknown;
  if (data.code === "SERVICE_UNAVAILABLE") return errors.unavailable;
  return data.errorId ? errors.unknownWithId(data.errorId) : errors.unknown;
}
