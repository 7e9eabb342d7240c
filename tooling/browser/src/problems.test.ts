import { expect, test } from "vitest";

import { openPage } from "./open-page.ts";

test.each([
  ["an error on the console", `<script nonce="a">console.error("oh no")</script>`, "oh no"],
  ["an exception nobody caught", `<script nonce="a">throw new Error("lost")</script>`, "lost"],
  ["a rejection nobody caught", `<script nonce="a">Promise.reject(new Error("dropped"))</script>`, "dropped"],
  ["a script the policy refuses", `<script>1</script>`, "Content Security Policy"],
  ["an image the policy refuses", `<img alt="" src="http://127.0.0.1:1/a.png">`, "Content Security Policy"],
  ["a request that fails", `<img alt="" src="/gone.png">`, "404"],
])("%s is a problem, until it is allowed", async (_, body, words) => {
  await using opened = await openPage(body);

  await expect.poll(() => opened.problems.unexpected().join("\n")).toContain(words);
  opened.problems.allow(new RegExp(words));
  expect(opened.problems.unexpected()).toEqual([]);
});

test("a page that behaves has no problems", async () => {
  await using opened = await openPage(`<script nonce="a">console.log("all is well"); console.warn("hm")</script>`);

  await opened.page.waitForTimeout(100);
  expect(opened.problems.unexpected()).toEqual([]);
});
