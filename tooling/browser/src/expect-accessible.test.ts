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

test("colours that cannot be read in the dark theme alone fail as well", async () => {
  await using opened = await openPage(`<main><h1>Tea</h1><p>Mint</p></main>`);
  await opened.page.evaluate(`(document.adoptedStyleSheets = [new CSSStyleSheet()])[0]
    .replaceSync("@media (prefers-color-scheme: dark) { p { color: #444; background: #222; } }")`);
  await expect(expectAccessible(opened.page)).rejects.toThrow(/\(dark\)[\s\S]*Mint/);
});
