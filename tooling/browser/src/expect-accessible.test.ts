import { expect, test } from "vitest";

import { expectAccessible } from "./expect-accessible.ts";
import { openPage } from "./open-page.ts";

test("a page without faults passes", async () => {
  await using opened = await openPage(`<main><h1>Tea</h1><img src="data:," alt="A cup"></main>`);
  await expectAccessible(opened.page);
});

test("a field without a label fails, and the rule and the place are named", async () => {
  await using opened = await openPage(`<main><h1>Tea</h1><input id="sugar"></main>`);
  await expect(expectAccessible(opened.page)).rejects.toThrow(/sugar[\s\S]*Form elements must have labels/);
});
