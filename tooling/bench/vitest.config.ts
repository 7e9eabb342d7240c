import { testConfig } from "@app/vitest";

// Servers are started and loaded here: on a busy machine that takes a while.
export default testConfig({ testTimeout: 60_000 });
