import { expect, test, vi } from "vitest";

import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

test("the other tab follows a sign-in within a second, and its calls are the user's", async () => {
  await using fixture = await startFixture();
  using one = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  await Promise.all([one.shows("nobody"), other.shows("nobody")]);

  await one.client.auth.login({ login: "ann", password: "right" });

  const since = performance.now();
  await other.shows("ann");
  expect(performance.now() - since).toBeLessThan(1_000);
  await expect(other.rpc.work.whoami.query()).resolves.toBe("ann");
});

test("a page that came back with a new cookie tells the other tabs, which find out by themselves who is there", async () => {
  await using fixture = await startFixture();
  using other = fixture.browser.openTab();
  await other.shows("nobody");
  fixture.browser.signIn("ann");
  using arrived = fixture.browser.openTab();
  await arrived.shows("ann");
  expect(other.shown).toBe("nobody");

  arrived.client.tellSignedIn();

  await other.shows("ann");
  fixture.browser.signIn("bob");
  using later = fixture.browser.openTab();
  await later.shows("bob");
  later.client.tellSignedIn();
  await other.shows("bob");
  expect(arrived.reports).toEqual([]);
});

test("OUT-07: the other tab follows a sign-out at once, drops what was asked, and knows why", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using one = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  await Promise.all([one.shows("ann"), other.shows("ann")]);
  const call = other.rpc.work.held.mutate({ key: "of-ann" });
  const failure = failureOf(call);

  await one.client.auth.logout();

  await expect(failure).resolves.toMatchObject({ kind: "identity-changed" });
  await other.shows("nobody");
  expect(other.client.snapshot.get()).toMatchObject({ endReason: "signed_out" });
});

test("the other tab follows a switch of users, and shows the first one no longer", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using one = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  await Promise.all([one.shows("ann"), other.shows("ann")]);
  const shown: string[] = [];
  other.client.snapshot.subscribe(() => shown.push(other.shown));

  await one.client.auth.login({ login: "bob", password: "right" });

  await other.shows("bob");
  expect(shown).toEqual(["loading", "bob"]);
});

test("a rotation moves the other tab's socket without a trace", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using one = fixture.browser.openTab();
  using other = fixture.browser.openTab();
  await Promise.all([one.shows("ann"), other.shows("ann")]);
  const call = other.rpc.work.held.mutate({ key: "of-ann" });

  await one.rpc.auth.rotate.mutate();
  await new Promise((resolve) => setTimeout(resolve, 100));
  fixture.state.release("of-ann");

  await expect(call).resolves.toContain("of-ann");
  await expect(other.rpc.work.whoami.query()).resolves.toBe("ann");
});

test("SES-08: a rotation whose notice is faster than its cookie never shows the other tab a visitor", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  fixture.browser.answerDelayMs = 250;
  using one = fixture.browser.openTab({ hasChannel: false });
  using other = fixture.browser.openTab({ hasChannel: false, random: () => 0 });
  await Promise.all([one.shows("ann"), other.shows("ann")]);
  const shown: string[] = [];
  other.client.snapshot.subscribe(() => shown.push(other.shown));

  await one.rpc.auth.rotate.mutate();
  await expect(other.rpc.work.count.mutate({ key: "a" })).resolves.toBe("a by ann");

  // One came back too early, with the old cookie, and was doubted.
  expect(fixture.server.connectedAt.length).toBeGreaterThan(4);
  expect(new Set(shown)).toEqual(new Set(["ann"]));
  expect(fixture.state.executions.get("a")).toBe(1);
});

test("a cookie that stays away is believed in the end, though the old socket lives", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab({ random: () => 0 });
  await tab.shows("ann");
  fixture.browser.cookie = "";

  fixture.server.socket.ws.send('{"id":null,"method":"reconnect"}');
  await vi.waitFor(() => expect(tab.client.connection.get()).toMatchObject({ state: "open" }));
  for (let hurry = 0; hurry < 8; hurry++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    tab.page.listeners?.shown();
  }

  await tab.shows("nobody");
  // The first, three that were doubted, the one that was believed, and the one of the new epoch.
  await tab.is("open");
  expect(fixture.server.connectedAt).toHaveLength(6);
});

test("without a channel the other tab follows by the close code of the server", async () => {
  await using fixture = await startFixture();
  fixture.browser.signIn("ann");
  using one = fixture.browser.openTab({ hasChannel: false });
  using other = fixture.browser.openTab({ hasChannel: false });
  await Promise.all([one.shows("ann"), other.shows("ann")]);

  await one.client.auth.logout();
  expect(other.shown).toBe("ann");
  fixture.server.closeSockets(4401, "signed_out");

  await other.shows("nobody");
  expect(other.client.snapshot.get()).toMatchObject({ endReason: "signed_out" });
});

test("another browser does not follow, and what is posted by strangers is not understood", async () => {
  await using fixture = await startFixture();
  await using elsewhere = await startFixture();
  fixture.browser.signIn("ann");
  using one = fixture.browser.openTab();
  using stranger = elsewhere.browser.signIn("bob").openTab();
  await Promise.all([one.shows("ann"), stranger.shows("bob")]);
  const channel = new BroadcastChannel(`tabs ${elsewhere.server.url}`);
  for (const message of [null, "signed-out", { sessionChange: "logout" }, { sessionChange: {} }, 7]) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has no target
    channel.postMessage(message);
  }

  await one.client.auth.logout();
  await new Promise((resolve) => setTimeout(resolve, 100));
  channel.close();

  expect(stranger.shown).toBe("bob");
  expect(elsewhere.server.connectedAt).toHaveLength(1);
});
