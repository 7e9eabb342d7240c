import { tables } from "./tables.ts";

// drizzle-kit finds tables among a module's exports (`pnpm generate`); the library's own are migrated by the library.
export const { notes, projects, projectMembers, tasks, attachments } = tables.sqlite;
