import { testConfig } from "@app/vitest";

// Servers are started here: on a busy machine that takes a while.
export default testConfig({ testTimeout: 120_000 });
