import { expect, test } from "vitest";

import { busiestShare } from "./busiest-share.ts";

test("the busiest second is found, counted from the beginning", () => {
  expect(busiestShare([100, 900, 1100, 1500, 2099, 2100], 100, 10)).toBe(0.3);
  expect(busiestShare([], 100, 10)).toBe(0);
});
