import type { Principal } from "../session/principal.ts";

const instant = new Date("2027-01-01T00:00:00.000Z");

/** A principal made up for tests of what only looks at one. */
export function createTestPrincipal(options: {
  readonly permissions?: readonly string[];
  readonly groups?: readonly string[];
  readonly isStaff?: boolean;
  readonly isSuperuser?: boolean;
}): Principal {
  return {
    user: {
      id: "user-1",
      username: "Ann",
      email: "ann@example.com",
      emailVerifiedAt: null,
      firstName: "Ann",
      lastName: "Lee",
      isStaff: options.isStaff ?? false,
      isSuperuser: options.isSuperuser ?? false,
      locale: null,
      createdAt: instant,
      version: 7,
    },
    session: {
      id: "session-1",
      userId: "user-1",
      createdAt: instant,
      lastUsedAt: instant,
      authenticatedAt: instant,
      expiresAt: instant,
      absoluteExpiresAt: instant,
      remember: false,
      impersonatedBy: null,
      version: 2,
    },
    permissions: new Set(options.permissions),
    groups: new Set(options.groups),
  };
}
