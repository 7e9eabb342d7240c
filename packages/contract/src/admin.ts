import type { LibraryPermission } from "./library-permission.ts";
import type { LiveRow } from "./live-list.ts";
import type { LinkedIdentity } from "./oidc.ts";

/** One page of a list, and how to get the next one. */
export interface AdminPage<Row> {
  readonly rows: readonly Row[];
  /** Hand it in as `cursor` for the page after this one; null at the end. */
  readonly nextCursor: string | null;
  /** How many there are under this filter, on all pages. */
  readonly total: number;
}

/** How lists of users can be ordered; with `-`, from the last to the first. */
export const adminUserOrders = [
  "username",
  "-username",
  "createdAt",
  "-createdAt",
  "lastLoginAt",
  "-lastLoginAt",
] as const;
export type AdminUserOrder = (typeof adminUserOrders)[number];

export const adminSessionOrders = ["createdAt", "-createdAt", "lastUsedAt", "-lastUsedAt"] as const;
export type AdminSessionOrder = (typeof adminSessionOrders)[number];

export interface AdminGroupName {
  readonly id: string;
  readonly name: string;
}

/** A user in a list. Instants are ISO 8601 strings. `version` rises with every change but a sign-in. */
export interface AdminUserRow extends LiveRow {
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly isActive: boolean;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  readonly locale: string | null;
  /** Null when the database holds none that can be said. */
  readonly createdAt: string | null;
  readonly lastLoginAt: string | null;
  readonly groups: readonly AdminGroupName[];
}

/** What is done to a user, and the permission each asks for beside the staff flag. Superusers alone make superusers. */
export const userActionPermissions = {
  /** Names and language. */
  update: "users.change",
  setEmail: "users.change",
  /** The switch to the other state; so with the next two. */
  setActive: "users.change",
  setStaff: "users.grant",
  /** Permissions and groups that the admin has. */
  give: "users.grant",
  take: "users.grant",
  endSessions: "users.end_sessions",
  sendReset: "users.send_reset",
  /** What an identity provider opens, unless `isKept` says that it stays. */
  removeIdentity: "users.change",
  remove: "users.delete",
} as const satisfies Readonly<Record<string, LibraryPermission>>;

/** What an admin may do to a user, as the server would decide it now. For showing only: it asks again on every call. */
export type AdminUserCan = Readonly<Record<keyof typeof userActionPermissions | "setSuperuser", boolean>>;

/** All an admin may know of one user. */
export interface AdminUser extends AdminUserRow {
  readonly $can: AdminUserCan;
  readonly hasPassword: boolean;
  /** Held directly. */
  readonly permissions: readonly string[];
  /** Held through groups: which, and through which groups (by name). */
  readonly inherited: readonly { readonly permission: string; readonly groups: readonly string[] }[];
  /** Where the user can sign in instead of here, in the order they were connected. */
  readonly identities: readonly AdminIdentity[];
  readonly sessionCount: number;
}

/** Whom an identity provider knows the user as. `isLast`: the user has no other way in. */
export interface AdminIdentity extends LinkedIdentity {
  readonly issuer: string;
  /** What the provider calls the person. With the issuer it is all that counts. */
  readonly subject: string;
  /** Names of the groups that the user is in because the provider says so. */
  readonly groups: readonly string[];
  /** Does it lead in? Not where the provider is not set up here (any more). */
  readonly isWayIn: boolean;
  /** Nobody takes it away: the viewer, or the site's superusers, would have no way in any more. */
  readonly isKept: boolean;
}

export interface AdminGroup extends LiveRow {
  readonly name: string;
  readonly createdAt: string | null;
  readonly permissions: readonly string[];
  readonly memberCount: number;
}

/** A permission that can be given. */
export interface AdminPermission {
  readonly name: string;
  /** Does the caller hold it, so that they may give it? */
  readonly isHeld: boolean;
}

/** A running session of anybody. `version` rises with its use. */
export interface AdminSession extends LiveRow {
  readonly userId: string;
  readonly username: string;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string;
  readonly remember: boolean;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The identity provider that it came from, as people call it; null: it came by a password. */
  readonly provider: string | null;
}

/** An entry of the audit log. It never changes. */
export interface AdminAuditEvent extends LiveRow {
  readonly at: string | null;
  /** As in `auth.login` or `admin.user.update`. */
  readonly action: string;
  readonly outcome: "ok" | "refused";
  readonly reason: string | null;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly subjectId: string | null;
  readonly subjectName: string | null;
  readonly impersonatorId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Somebody who is connected just now, to the server that answers. `version` changes with any of it. */
export interface AdminConnection extends LiveRow {
  /** Null for visitors who have not signed in. */
  readonly userId: string | null;
  readonly username: string | null;
  readonly sessionId: string | null;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly since: string;
  /** How many subscriptions run on it. */
  readonly subscriptions: number;
  readonly transport: "websocket";
}
