import type { AdminIdentity, AdminUser, AdminUserCan, AdminUserRow } from "@countersign/contract";

export const bobsId = "6f1b0c5e-6a51-4d1c-9f53-0d7a5b9c2e11";

export function userRow(change: Partial<AdminUserRow> = {}): AdminUserRow {
  return {
    id: bobsId,
    version: 1,
    username: "bob",
    email: "bob@example.com",
    emailVerified: true,
    firstName: "",
    lastName: "",
    isActive: true,
    isStaff: false,
    isSuperuser: false,
    locale: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    lastLoginAt: null,
    groups: [],
    ...change,
  };
}

/** What somebody who may do everything may do. */
const everything: AdminUserCan = {
  update: true,
  setEmail: true,
  setActive: true,
  setStaff: true,
  setSuperuser: true,
  give: true,
  take: true,
  endSessions: true,
  sendReset: true,
  removeIdentity: true,
  remove: true,
};

/** What is offered to somebody who may do only this. */
export function only(...actions: readonly (keyof AdminUserCan)[]): AdminUserCan {
  const entries = Object.keys(everything).map((action) => [action, actions.some((one) => one === action)]);
  // The names are those of `everything`.
  return Object.fromEntries(entries) as AdminUserCan;
}

export function adminUser(change: Partial<AdminUser> = {}): AdminUser {
  const held = { hasPassword: true, permissions: [], inherited: [], identities: [], sessionCount: 0 };
  return { ...userRow(), $can: everything, ...held, ...change };
}

export function adminIdentity(change: Partial<AdminIdentity> = {}): AdminIdentity {
  return {
    id: "0d7a5b9c-6a51-4d1c-9f53-6f1b0c5e2e11",
    provider: "works",
    label: "The Works",
    issuer: "https://id.works.example",
    subject: "b-42",
    email: "bob@works.example",
    isEmailVerified: true,
    createdAt: "2026-01-01T00:00:00.000Z",
    lastUsedAt: null,
    groups: [],
    isWayIn: true,
    isLast: false,
    isKept: false,
    ...change,
  };
}
