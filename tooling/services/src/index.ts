export { startOwnPostgres, type OwnPostgres, type PostgresShutdown } from "./own-postgres.ts";
export { startPostgres, type PostgresServer } from "./postgres.ts";
