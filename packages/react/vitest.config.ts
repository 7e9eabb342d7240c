import { testConfig } from "@app/vitest";

export default testConfig({ setupFiles: ["./src/test/dom.ts"] });
