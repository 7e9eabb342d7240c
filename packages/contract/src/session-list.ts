/** One entry of "my devices". Instants are ISO 8601 strings. */
export interface SessionListItem {
  readonly id: string;
  /** Rises with every change of the session. */
  readonly version: number;
  readonly isCurrent: boolean;
  /** Null where it was set by hand to what cannot be said. So is `lastUsedAt`. */
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Whom the user signed in with, as people call it; null for a password. */
  readonly provider: string | null;
}
