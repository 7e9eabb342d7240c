import { testConfig } from "@app/vitest";

// Servers are started, killed and started again here: on a busy machine that takes a while.
export default testConfig({ testTimeout: 300_000 });
