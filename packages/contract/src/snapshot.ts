import type { AppSnapshot } from "./register.ts";
import { z } from "./z.ts";

/** What the browser may know of a visitor who has not signed in. */
export const AnonymousSnapshot = z.object({ isAuthenticated: z.literal(false) });
export type AnonymousSnapshot = z.infer<typeof AnonymousSnapshot>;

/**
 * What the browser may know of the signed-in user: an allow-list. It is for showing; the server authorises only from
 * `ctx.user`. Instants are ISO 8601 strings. `version` never goes backwards within one session.
 */
export const SignedInSnapshot = z.object({
  isAuthenticated: z.literal(true),
  id: z.string(),
  sessionId: z.string(),
  username: z.string(),
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  firstName: z.string(),
  lastName: z.string(),
  isStaff: z.boolean(),
  isSuperuser: z.boolean(),
  groups: z.array(z.string()),
  permissions: z.array(z.string()),
  locale: z.string().nullable(),
  sessionExpiresAt: z.iso.datetime(),
  authenticatedAt: z.iso.datetime(),
  /** Until when procedures that ask for a fresh sign-in let the session pass. */
  freshUntil: z.iso.datetime().optional(),
  impersonatedBy: z.string().nullable(),
  version: z.int(),
  /** What the app adds. Its fields were checked by the server's schema for them. */
  app: z.custom<AppSnapshot>((fields) => typeof fields === "object" && fields !== null).optional(),
});
export type SignedInSnapshot = z.infer<typeof SignedInSnapshot>;

export const UserSnapshot = z.discriminatedUnion("isAuthenticated", [AnonymousSnapshot, SignedInSnapshot]);
export type UserSnapshot = z.infer<typeof UserSnapshot>;

/** The snapshot of a visitor who has not signed in. */
export const anonymous: AnonymousSnapshot = Object.freeze({ isAuthenticated: false });

/** May this user, by the snapshot, do what needs this permission? For showing only. */
export function snapshotCan(snapshot: UserSnapshot, permission: string): boolean {
  if (!snapshot.isAuthenticated) return false;
  return snapshot.isSuperuser || snapshot.permissions.includes(permission);
}
