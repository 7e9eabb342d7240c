export { FixtureBrowser, type FixtureTab } from "./fixture-browser.ts";
export type { FixtureRouter } from "./fixture-router.ts";
export { startFixture } from "./start-fixture.ts";
