import { testBus } from "./bus.suite.ts";
import { createMemoryBus } from "./memory.ts";

testBus(async (options) => createMemoryBus(options));
