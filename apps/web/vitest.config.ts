import { testConfig } from "@app/vitest";

// One DOM for all files: each test leaves it empty, and making one costs more than all the tests.
export default testConfig({
  environment: "happy-dom",
  setupFiles: ["./src/test/clean-up.ts"],
  include: ["{src,build}/**/*.test.{ts,tsx}"],
  isolate: false,
});
