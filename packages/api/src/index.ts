export { fileColumns } from "./attachment/columns.ts";
export { migrations } from "./migrations.ts";
export { permissions } from "./permissions.ts";
export { appRouter, type AppRouter } from "./router.ts";
export { tables, type Tables } from "./tables.ts";
