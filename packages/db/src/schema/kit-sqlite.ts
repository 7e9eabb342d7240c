import { coreTables } from "./tables.ts";

// drizzle-kit finds tables among a module's exports (`pnpm generate`).
export const {
  users,
  sessions,
  sessionData,
  groups,
  groupMembers,
  userPermissions,
  groupPermissions,
  idempotencyKeys,
} = coreTables.sqlite;
