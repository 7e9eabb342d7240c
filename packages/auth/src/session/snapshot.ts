import type { AppSnapshot, SignedInSnapshot } from "@countersign/contract";

import type { Principal } from "./principal.ts";

/**
 * What the browser may know of this principal. An allow-list, written field by field: a column added to a table can not
 * appear here by itself. `version` rises with every change of the user, of the user's rights and of the session.
 */
export function toSnapshot(
  { user, session, permissions, groups }: Principal,
  settings: {
    readonly groups?: boolean;
    readonly permissions?: boolean;
    /** How long after authenticating sensitive actions are allowed. */
    readonly freshSeconds?: number;
    /** The app's own fields, from its own allow-list. */
    readonly app?: AppSnapshot | undefined;
  } = {},
): SignedInSnapshot {
  return {
    isAuthenticated: true,
    id: user.id,
    sessionId: session.id,
    username: user.username,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    firstName: user.firstName,
    lastName: user.lastName,
    isStaff: user.isStaff,
    isSuperuser: user.isSuperuser,
    groups: (settings.groups ?? false) ? [...groups].toSorted() : [],
    permissions: (settings.permissions ?? true) ? [...permissions].toSorted() : [],
    locale: user.locale,
    sessionExpiresAt: session.expiresAt.toISOString(),
    authenticatedAt: session.authenticatedAt.toISOString(),
    ...(settings.freshSeconds === undefined ? {} : { freshUntil: freshUntil(session, settings.freshSeconds) }),
    impersonatedBy: session.impersonatedBy,
    version: user.version + session.version,
    ...(settings.app === undefined ? {} : { app: settings.app }),
  };
}

function freshUntil({ authenticatedAt }: Principal["session"], seconds: number): string {
  return new Date(authenticatedAt.getTime() + seconds * 1000).toISOString();
}
