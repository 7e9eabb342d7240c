import { testConfig } from "@app/vitest";

export default testConfig({ globalSetup: "./src/postgres-setup.ts" });
