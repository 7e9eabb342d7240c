import { expect, test } from "vitest";

import { startFixture } from "../test/start-fixture.ts";

import { routerPath } from "./router-path.ts";

test("a router of tRPC's client says where it is mounted, whichever client it was taken from", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();

  expect(routerPath(tab.rpc.task)).toBe("task");
  expect(routerPath({ list: { query: async () => ({ rows: [] }) }, live: { subscribe: () => {} } })).toBeNull();
});
