export type { Bus, BusCounts, Hint, OnHint } from "./bus.ts";
export { createMemoryBus } from "./memory.ts";
export { createPostgresBus, type PostgresBusOptions } from "./postgres.ts";
export { createRedisBus, type RedisBusOptions } from "./redis.ts";
export { createReplicatedBus, type Link, type ReplicatedBusOptions } from "./replicated.ts";
