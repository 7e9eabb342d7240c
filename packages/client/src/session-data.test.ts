import { expect, test } from "vitest";

import type { SessionDataClient } from "./index.ts";
import { failureOf } from "./test/failure-of.ts";
import { until } from "./test/fixture-browser.ts";
import { startFixture } from "./test/index.ts";

/** Records each state that is shown. */
function watch(data: SessionDataClient): { readonly seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  const stop = data.subscribe(() => {
    const { status, values } = data.get();
    seen.push(status === "loading" ? "loading" : values);
  });
  return { seen, stop };
}

const shows = (data: SessionDataClient, values: object) =>
  until(data, (state) => state.status === "ready" && JSON.stringify(state.values) === JSON.stringify(values));

test("a value set in one window is shown there at once, and in the others when it is kept", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using tab = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  const [mine, theirs] = [watch(tab.client.data), watch(other.client.data)];
  await shows(tab.client.data, {});
  await shows(other.client.data, {});

  const done = tab.client.data.set("theme", "slow");
  expect(tab.client.data.get().values).toEqual({ theme: "slow" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(other.client.data.get().values).toEqual({});
  fixture.state.release("data");
  await done;
  await shows(other.client.data, { theme: "slow" });

  // What another window sets later is not hidden by what was set here.
  await other.client.data.set("theme", "light");
  await shows(tab.client.data, { theme: "light" });
  expect(mine.seen).toEqual([{}, { theme: "slow" }, { theme: "light" }]);
  expect(theirs.seen).toEqual([{}, { theme: "slow" }, { theme: "light" }]);

  await tab.client.data.remove("theme");
  await shows(other.client.data, {});
});

test("a value that is refused is taken back, and the call says why", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using tab = fixture.browser.openTab();
  const { seen } = watch(tab.client.data);
  await shows(tab.client.data, {});
  await tab.client.data.set("theme", "dark");

  const error = await failureOf(tab.client.data.set("theme", "refused"));

  expect(error).toMatchObject({ data: { reason: "INVALID_FIELDS" } });
  expect(seen).toEqual([{}, { theme: "dark" }, { theme: "refused" }, { theme: "dark" }]);
});

test("the first value of a visitor goes over HTTP, and the sockets of all windows move to its cookie", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  watch(tab.client.data);
  watch(other.client.data);
  await shows(tab.client.data, {});
  await shows(other.client.data, {});

  await tab.client.data.set("theme", "dark");

  await shows(other.client.data, { theme: "dark" });
  await shows(tab.client.data, { theme: "dark" });
  expect(fixture.browser.cookie).toMatch(/^session=./);
  expect([tab.shown, other.shown]).toEqual(["nobody", "nobody"]);
});

test("what one user had is gone the moment another is signed in", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using tab = fixture.browser.openTab();
  const { seen } = watch(tab.client.data);
  await shows(tab.client.data, {});
  await tab.client.data.set("theme", "dark");

  await tab.client.auth.login({ login: "bob", password: "right" });
  await tab.shows("bob");
  await shows(tab.client.data, {});

  expect(seen).toEqual([{}, { theme: "dark" }, "loading", {}]);
});
