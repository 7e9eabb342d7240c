import { test } from "vitest";

import { expectPassed } from "../test/expect-passed.ts";

test("without a protection the checker finds what it is to find", async () => {
  await expectPassed("controls");
});
