import { testConfig } from "@app/vitest";

export default testConfig({
  include: ["{src,build,dev}/**/*.test.ts"],
  globalSetup: "@app/services/postgres-setup",
});
