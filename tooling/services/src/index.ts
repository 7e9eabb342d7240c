export { bundleProgram } from "./bundle-program.ts";
export { findRedis } from "./find-redis.ts";
export { describeMachine, type Machine } from "./machine.ts";
export { startOwnPostgres, type OwnPostgres, type PostgresShutdown } from "./own-postgres.ts";
export { startPostgres, type PostgresServer } from "./postgres.ts";
export { startOwnRedis, type OwnRedis } from "./own-redis.ts";
export { runCommand, tellProgress } from "./run-command.ts";
export { type AppServer, type ServerExit, startServer } from "./server-process.ts";
