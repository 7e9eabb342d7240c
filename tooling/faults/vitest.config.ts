import { testConfig } from "@app/vitest";

// Servers are started, killed and started again here: on a busy machine that takes a while. Most of it is waiting, so that two
// files at a time take little more than one, also where there are but two cores.
export default testConfig({ testTimeout: 300_000, maxWorkers: 2 });
