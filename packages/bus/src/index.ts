export type { Bus, Hint } from "./bus.ts";
export { createMemoryBus } from "./memory.ts";
