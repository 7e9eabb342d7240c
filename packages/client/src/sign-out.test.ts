import { expect, test, vi } from "vitest";

import { CallFailure, type IdentityChange } from "./index.ts";
import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

test("a late answer to the user who signed out is dropped, and its call says why", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const call = tab.rpc.work.held.mutate({ key: "late" });
  const failure = failureOf(call);
  await vi.waitFor(() => expect(fixture.state.executions.get("late")).toBe(1));

  await tab.client.auth.logout();
  fixture.state.release("late");

  await expect(failure).resolves.toMatchObject({ kind: "identity-changed", outcome: "unknown" });
  await expect(call).rejects.toBeInstanceOf(CallFailure);
});

test("nor does a late answer over HTTP reach the page, unless it is the one that changed the session", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ httpPaths: ["work.cookie"] });
  await tab.shows("ann");
  const failure = failureOf(tab.rpc.work.cookie.mutate({ key: "held" }));
  await vi.waitFor(() => expect(fixture.state.executions.get("held")).toBe(1));

  await tab.client.auth.logout();
  fixture.state.release("held");

  await expect(failure).resolves.toMatchObject({ kind: "identity-changed", outcome: "unknown" });
});

test("signing out shows it at once, with its reason, and comes back on a socket without the session", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const changes: IdentityChange[] = [];
  tab.client.onIdentityChange((change) => changes.push(change));

  await tab.client.auth.logout();

  expect(tab.client.snapshot.get()).toEqual({
    status: "ready",
    user: { isAuthenticated: false },
    endReason: "signed_out",
  });
  await tab.is("open");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("nobody");
  expect(changes).toMatchObject([{ type: "ended", epoch: 1 }]);
  expect(tab.client.snapshot.get()).toMatchObject({ endReason: "signed_out" });
});

test("a logout whose socket is closed by the server first still resolves, and counts as one change", async () => {
  await using fixture = await startFixture();
  fixture.browser.answerDelayMs = 200;
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const changes: string[] = [];
  tab.client.onIdentityChange(({ type }) => changes.push(type));

  const logout = tab.client.auth.logout();
  await vi.waitFor(() => expect(fixture.state.sessions.size).toBe(0));
  fixture.server.closeSockets(4401, "signed_out");
  await tab.shows("nobody");

  await logout;
  expect(changes).toEqual(["ended"]);
});

test("signing in as another user drops what was asked as the first, and shows nobody in between", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));
  const changes: string[] = [];
  tab.client.onIdentityChange(({ type }) => changes.push(type));
  const call = tab.rpc.work.held.mutate({ key: "of-ann" });
  const failure = failureOf(call);
  await vi.waitFor(() => expect(fixture.state.executions.get("of-ann")).toBe(1));

  await tab.client.auth.login({ login: "bob", password: "right" });

  await expect(failure).resolves.toMatchObject({ kind: "identity-changed" });
  expect(shown).toEqual(["loading", "bob"]);
  expect(changes).toEqual(["switched"]);
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("bob");
});

test("SES-17: a call made offline as one user is never executed as another, even without word from the other tab", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ hasChannel: false });
  await tab.shows("ann");
  await fixture.server.stop();
  await tab.is("reconnecting");
  const call = tab.rpc.work.count.mutate({ key: "of-ann" });
  const failure = failureOf(call);

  fixture.browser.signIn("bob");
  await fixture.server.start();

  await expect(failure).resolves.toMatchObject({ kind: "identity-changed", outcome: "not-sent" });
  await tab.shows("bob");
  await tab.is("open");
  expect(fixture.state.executions.get("of-ann")).toBeUndefined();
});

test("negative control: the same call by the same user is executed when the server is back", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ hasChannel: false });
  await tab.shows("ann");
  await fixture.server.stop();
  await tab.is("reconnecting");
  const call = tab.rpc.work.count.mutate({ key: "of-ann" });

  await fixture.server.start();

  await expect(call).resolves.toBe("of-ann by ann");
});

test("a subscription of one user is not resumed on the socket of another", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ hasChannel: false });
  await tab.shows("ann");
  const ended = Promise.withResolvers<unknown>();
  const ticks: number[] = [];
  tab.rpc.work.ticks.subscribe({}, { onData: ({ data }) => ticks.push(data), onError: ended.resolve });
  await vi.waitFor(() => expect(ticks).toEqual([0]));

  fixture.browser.signIn("bob");
  fixture.server.closeSockets(1012);

  await expect(ended.promise).resolves.toMatchObject({ kind: "identity-changed" });
  await tab.shows("bob");
  fixture.state.count("tick");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("bob");
  expect(ticks).toEqual([0]);
  // Not only is nothing shown: nothing was even asked as the other one.
  expect(fixture.state.readers).toEqual(["ann"]);
});

test("a session that is gone after a reconnect is not shown any longer", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");

  fixture.state.sessions.clear();
  fixture.server.closeSockets(1012);

  await tab.shows("nobody");
  expect(tab.client.snapshot.get()).toMatchObject({ endReason: null });
});

test("a page restored from the back/forward cache shows nobody until the server has said who is there", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ hasChannel: false });
  await tab.shows("ann");
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));

  tab.page.listeners?.restored();
  await tab.shows("ann");
  fixture.browser.cookie = "";
  tab.page.listeners?.restored();
  await tab.shows("nobody");

  expect(shown).toEqual(["loading", "ann", "loading", "nobody"]);
});
