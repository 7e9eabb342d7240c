import type { Notice } from "./notice.ts";
import { z } from "./z.ts";

/**
 * What an error tells the browser beyond tRPC's code. Switch on these, never on the message.
 * Every one of them is documented in `docs/errors.md`.
 */
export const ErrorReason = z.enum([
  /** Sign-in failed: unknown name, wrong password, inactive account; deliberately one answer. */
  "INVALID_CREDENTIALS",
  /** The account is right but the session is older than the procedure accepts: sign in again. */
  "REAUTH",
  /** The socket was opened with a session that has been rotated since: reconnect and send again. */
  "STALE_CONNECTION",
  /** The procedure sets a cookie and is called over HTTP only, or it streams and is called over the socket only. */
  "WRONG_TRANSPORT",
  /** Too many calls: come back after `retryAfterSeconds`. */
  "RATE_LIMITED",
  /** A frame, a batch or a number of subscriptions is beyond the limit. */
  "LIMIT_EXCEEDED",
  /** The row has changed since it was read: `current` is the present one. */
  "VERSION_CONFLICT",
  /** The idempotency key was used before with another body. */
  "KEY_REUSED",
  /** Some fields are not valid: see `fields`. */
  "INVALID_FIELDS",
  /** New accounts are not accepted. */
  "SIGN_UP_CLOSED",
  /** Forgotten passwords are not replaced by mail here. */
  "PASSWORD_RESET_OFF",
  /** The name and the password are right, but the address has not been confirmed yet. */
  "EMAIL_UNVERIFIED",
  /** The mailed link was used, replaced by a newer one, is too old, or was never one. */
  "LINK_INVALID",
  /** The present password, asked for before a change, is not right. */
  "WRONG_PASSWORD",
  /** The change would leave the site without an active superuser. */
  "LAST_SUPERUSER",
  /** The change would give, or touch, more rights than the caller holds. */
  "BEYOND_OWN_RIGHTS",
  /** There is a row like this already. */
  "TAKEN",
  /** There is no room for another row. */
  "QUOTA_REACHED",
  /** The list would look through more rows than one call may: filter it. */
  "LIST_TOO_WIDE",
  /** The file is larger than is taken: `details.mostBytes`. */
  "FILE_TOO_LARGE",
  /** The file is of a kind that is not taken, or not what it says it is. */
  "FILE_TYPE_REFUSED",
  /** There is no such provider to sign in with. */
  "PROVIDER_UNKNOWN",
  /** The provider does not answer; nothing was changed. */
  "PROVIDER_UNAVAILABLE",
  /** The sign-in with a provider is not known, was used, is too old, or was begun in another browser: begin again. */
  "SIGN_IN_LINK_INVALID",
  /** What the provider knows this person by belongs to another account. */
  "IDENTITY_TAKEN",
  /** Without it there would be no way to sign in. */
  "LAST_SIGN_IN_METHOD",
  /** A store the call needs does not answer; nothing was written. */
  "UNAVAILABLE",
  /** A store stopped answering while the change was being written: it may have been done. Send it again with the same key. */
  "OUTCOME_UNKNOWN",
]);
export type ErrorReason = z.infer<typeof ErrorReason>;

/** `error.data` of every failed call. */
export interface ErrorData {
  /** tRPC's code, as in `UNAUTHORIZED`. */
  readonly code: string;
  readonly httpStatus: number;
  readonly path?: string;
  readonly reason?: ErrorReason;
  /** Messages by the path of the field, as in `{ "title": ["Too long: at most 200 characters."] }`. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  readonly retryAfterSeconds?: number;
  /** Where the browser should go; already checked to be a path of this site. */
  readonly redirectTo?: string;
  /** What to tell the person, in passing: as a toast. */
  readonly notice?: Notice;
  /** What the app's own hook adds. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The present row, with `VERSION_CONFLICT`. */
  readonly current?: unknown;
  /** Of several rows, the one that refused the change. */
  readonly rowId?: string;
  /** Of an internal error: what to look for in the server's log. */
  readonly errorId?: string;
}
