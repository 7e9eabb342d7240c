import { expect, test } from "vitest";

import type { Notice } from "@countersign/contract";

import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/index.ts";

const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

test("a notice is shown once, by one of the windows", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using tab = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  const seen: (string | undefined)[] = [];
  for (const { client } of [tab, other]) client.onNotice(({ text }) => seen.push(text));
  await tab.shows("ann");
  await other.shows("ann");

  fixture.state.notify("1", "one");
  await settle();
  expect(seen).toEqual(["one"]);

  using late = fixture.browser.openTab();
  late.client.onNotice(({ text }) => seen.push(`again ${text}`));
  fixture.state.notify("2", "two");
  await settle();
  expect(seen.map((text) => text?.replace("again ", ""))).toEqual(["one", "two"]);
});

test("a window that nobody looks at leaves a notice to one that is looked at, and shows it when that changes", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using hidden = fixture.browser.openTab();
  hidden.page.visible = false;
  const seen: (string | undefined)[] = [];
  hidden.client.onNotice(({ text }) => seen.push(text));
  await hidden.shows("ann");
  fixture.state.notify("1", "one");
  await settle();
  expect(seen).toEqual([]);

  hidden.page.visible = true;
  hidden.page.listeners?.shown();
  await settle();
  expect(seen).toEqual(["one"]);
});

test("visitors are not asked for notices, and who signs out is told nothing more", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  const seen: Notice[] = [];
  tab.client.onNotice((notice) => seen.push(notice));
  await tab.shows("nobody");
  fixture.state.notify("1", "one");
  await settle();
  expect(seen).toEqual([]);

  await tab.client.auth.login({ login: "ann", password: "right" });
  await settle();
  expect(seen).toEqual([{ kind: "info", text: "one" }]);

  await tab.client.auth.logout();
  fixture.state.notify("2", "two");
  await settle();
  expect(seen).toHaveLength(1);
});

test("what a refused call says is shown where it was made; what is no notice is not", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using tab = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  const seen: Notice[] = [];
  tab.client.onNotice((notice) => seen.push(notice));
  other.client.onNotice(() => seen.push({ kind: "error", text: "elsewhere" }));

  await failureOf(tab.rpc.work.refused.query({ notice: { kind: "warning", text: "Ask for access." } }));
  await failureOf(tab.rpc.work.refused.query({ notice: { kind: "warning", text: "", href: "https://evil.example" } }));

  expect(seen).toEqual([{ kind: "warning", text: "Ask for access." }]);
});
