import { testConfig } from "@app/vitest";

export default testConfig({ globalSetup: "@app/services/postgres-setup" });
