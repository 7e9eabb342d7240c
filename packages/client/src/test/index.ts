export { createBackoff, type Backoff } from "../backoff.ts";
export { planAfterClose } from "../close-plan.ts";
export { defaultTiming } from "../options.ts";
export { FixtureBrowser, type FixtureTab } from "./fixture-browser.ts";
export type { FixtureRouter } from "./fixture-router.ts";
export { startFixture } from "./start-fixture.ts";
