import { testConfig } from "@app/vitest";

export default testConfig();
