import { expect, test, vi } from "vitest";

import type { SignedInSnapshot } from "@countersign/contract";

import type { FixtureTab } from "./test/fixture-browser.ts";
import { startFixture } from "./test/start-fixture.ts";

test("a change of the user is shown when it is pushed", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");

  fixture.state.change("ann", { permissions: ["notes.change"] });

  await vi.waitFor(() => expect(user(tab).permissions).toEqual(["notes.change"]));
});

test("another user's change is not", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  fixture.state.signIn("bob", null);
  await tab.shows("ann");
  const before = user(tab);

  fixture.state.change("bob", { firstName: "Bob" });
  await tab.rpc.work.whoami.query();

  expect(user(tab)).toBe(before);
});

test("REL-41: within one session an older version never replaces a newer one", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.state.change("ann", { version: 7, firstName: "new" });
  await vi.waitFor(() => expect(user(tab).version).toBe(7));
  const seen: number[] = [];
  tab.client.snapshot.subscribe(() => seen.push(user(tab).version));

  fixture.state.change("ann", { version: 5, firstName: "old" });
  await tab.rpc.work.whoami.query();
  expect(user(tab)).toMatchObject({ version: 7, firstName: "new" });
  // Nor after a reconnect to a replica that is behind.
  fixture.server.closeSockets(1012);
  await vi.waitFor(() => expect(fixture.server.connectedAt).toHaveLength(2));
  await tab.rpc.work.whoami.query();
  expect(user(tab)).toMatchObject({ version: 7, firstName: "new" });

  fixture.state.change("ann", { version: 8, firstName: "newest" });
  await vi.waitFor(() => expect(user(tab)).toMatchObject({ version: 8, firstName: "newest" }));
  expect(seen).toEqual([8]);
});

test("a frame that says what is shown already wakes nobody", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const before = tab.client.snapshot.get();
  let wakes = 0;
  tab.client.snapshot.subscribe(() => (wakes += 1));

  fixture.state.touch();
  fixture.server.closeSockets(1012);
  await vi.waitFor(() => expect(fixture.server.connectedAt).toHaveLength(2));
  await tab.rpc.work.whoami.query();

  expect(wakes).toBe(0);
  expect(tab.client.snapshot.get()).toBe(before);
});

test("a malformed snapshot is reported and ignored", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const before = tab.client.snapshot.get();

  // A server may send what its types forbid.
  fixture.state.change("ann", { permissions: "all" as unknown as string[] });
  await vi.waitFor(() => expect(tab.reports).toEqual([expect.stringContaining("malformed")]));

  expect(tab.client.snapshot.get()).toBe(before);
});

test("the end of the session, pushed as a frame, is shown like one told by a close code", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const changes: string[] = [];
  tab.client.onIdentityChange(({ type }) => changes.push(type));

  fixture.state.sessions.clear();
  fixture.state.touch();

  await tab.shows("nobody");
  expect(changes).toEqual(["ended"]);
});

test("a visitor who signs in is told as such, once; a page that loads signed in is no change", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.shows("nobody");
  const changes: unknown[] = [];
  tab.client.onIdentityChange((change) => changes.push(change));
  await tab.client.auth.login({ login: "ann", password: "right" });
  expect(changes).toEqual([{ type: "signed-in", epoch: 0, isOwn: true }]);

  using reloaded = fixture.browser.openTab();
  reloaded.client.onIdentityChange((change) => changes.push(change));
  await reloaded.shows("ann");
  expect(changes).toHaveLength(1);
});

test("a tab tells whether it was signed in by itself or by another one, also where the user becomes another", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  await tab.shows("nobody");
  await other.shows("nobody");
  const own: unknown[] = [];
  const told: unknown[] = [];
  tab.client.onIdentityChange(({ type, isOwn }) => own.push(type, isOwn));
  other.client.onIdentityChange(({ type, isOwn }) => told.push(type, isOwn));

  await tab.client.auth.login({ login: "ann", password: "right" });
  await other.shows("ann");
  await tab.client.auth.login({ login: "bob", password: "right" });
  await other.shows("bob");

  expect(own).toEqual(["signed-in", true, "switched", true]);
  expect(told).toEqual(["signed-in", false, "switched", false]);
});

test("nothing of the user is written to the browser's storage", async () => {
  const written: string[] = [];
  const storage = { setItem: (key: string) => written.push(key), getItem: () => null };
  vi.stubGlobal("localStorage", storage);
  vi.stubGlobal("sessionStorage", storage);
  vi.stubGlobal("indexedDB", { open: (name: string) => written.push(name) });
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();

  await tab.client.auth.login({ login: "ann", password: "right" });
  await tab.client.auth.logout();

  expect(written).toEqual([]);
  vi.unstubAllGlobals();
});

function user(tab: FixtureTab): SignedInSnapshot {
  const state = tab.client.snapshot.get();
  if (state.status === "loading" || !state.user.isAuthenticated) throw new Error("Nobody is shown.");
  return state.user;
}
