import { coreTables } from "./tables.ts";

// drizzle-kit finds tables among a module's exports (`pnpm generate`).
export const {
  users,
  sessions,
  sessionData,
  visitors,
  visitorData,
  groups,
  groupMembers,
  userPermissions,
  groupPermissions,
  accountTokens,
  identities,
  identityGroups,
  providerSessions,
  oidcTransactions,
  providerLogouts,
  auditEvents,
  notifications,
  rateLimits,
  idempotencyKeys,
  storedFiles,
} = coreTables.sqlite;
