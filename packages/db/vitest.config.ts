import { testConfig } from "@app/vitest";

export default testConfig({
  globalSetup: "@app/services/postgres-setup",
  // Some tests start other processes, which takes its time on a busy machine.
  testTimeout: 30_000,
});
