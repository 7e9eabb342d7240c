export { migrations } from "./migrations.ts";
export type { Note } from "./note/note.ts";
export { permissions } from "./permissions.ts";
export { appRouter, type AppRouter } from "./router.ts";
export { tables, type Tables } from "./tables.ts";
