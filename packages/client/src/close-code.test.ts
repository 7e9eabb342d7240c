import { expect, test, vi } from "vitest";

import { CloseCode, type SessionEndReason } from "@countersign/contract";

import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

test.each<SessionEndReason>(["expired", "signed_out_elsewhere", "deactivated"])(
  "4401 %s shows at once that nobody is signed in, and why",
  async (reason) => {
    await using fixture = await startFixture();
    using tab = fixture.browser.signIn("ann").openTab();
    await tab.shows("ann");
    const changes: string[] = [];
    tab.client.onIdentityChange(({ type }) => changes.push(type));

    fixture.state.sessions.clear();
    fixture.server.closeSockets(CloseCode.sessionEnded, reason);
    await tab.shows("nobody");

    expect(tab.client.snapshot.get()).toMatchObject({ endReason: reason });
    expect(changes).toEqual(["ended"]);
    await tab.is("open");
    // The visitor's own first frame does not wipe the reason away.
    expect(tab.client.snapshot.get()).toMatchObject({ endReason: reason });
    expect(fixture.server.connectedAt).toHaveLength(2);
  },
);

test("the reason is gone when somebody signs in again", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.state.sessions.clear();
  fixture.server.closeSockets(CloseCode.sessionEnded, "expired");
  await tab.shows("nobody");

  await tab.client.auth.login({ login: "ann", password: "right" });

  expect(tab.client.snapshot.get()).toMatchObject({ user: { username: "ann" }, endReason: null });
});

test("a server that answers every socket with 4401 is not met with a loop", async () => {
  await using fixture = await startFixture();
  fixture.server.onSocket = ({ ws }) => ws.close(CloseCode.sessionEnded, "ended");
  using tab = fixture.browser.signIn("ann").openTab({ random: () => 0.2 });

  await tab.shows("nobody");
  await new Promise((resolve) => setTimeout(resolve, 1_000));

  // At once and after 0.2 s; the next is due after another 1.2 s. Five, had the first frame counted as success.
  expect(fixture.server.connectedAt).toHaveLength(2);
  expect(tab.client.connection.get()).toMatchObject({ state: "reconnecting", attempt: 2 });
});

test("4401 replaced shows nobody until the cookie jar's session has said who it is", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));

  fixture.browser.signIn("ann");
  fixture.server.closeSockets(CloseCode.sessionEnded, "replaced");
  await tab.shows("loading");
  await tab.shows("ann");

  expect(shown).toEqual(["loading", "ann"]);
});

test("4401 replaced in the middle of an own rotation does not touch what is shown", async () => {
  await using fixture = await startFixture();
  const { fetch } = fixture.browser;
  using tab = fixture.browser.signIn("ann").openTab({
    random: () => 0,
    async fetch(...request) {
      const answer = await fetch(...request);
      // The revocation of the old token is faster than the answer that brings the new one.
      fixture.server.closeSockets(CloseCode.sessionEnded, "replaced");
      await new Promise((resolve) => setTimeout(resolve, 50));
      return answer;
    },
  });
  await tab.shows("ann");
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));

  await tab.rpc.auth.rotate.mutate();

  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");
  expect(new Set(shown)).toEqual(new Set(["ann"]));
  // No socket was opened with the old cookie in the meantime.
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("4403 stops: calls fail at once as not sent, and nothing is opened until the person asks", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.shows("nobody");
  const running = tab.rpc.work.held.mutate({ key: "running" });
  const failure = failureOf(running);
  await vi.waitFor(() => expect(fixture.state.executions.get("running")).toBe(1));

  fixture.server.closeSockets(CloseCode.refused);
  await tab.is("refused");
  await expect(failure).resolves.toMatchObject({ kind: "refused", outcome: "unknown" });
  await expect(tab.rpc.work.whoami.query()).rejects.toMatchObject({ kind: "refused", outcome: "not-sent" });
  tab.page.listeners?.online();
  tab.page.listeners?.shown();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(fixture.server.connectedAt).toHaveLength(1);

  tab.client.retry();
  await tab.is("open");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("nobody");
});

test.each([CloseCode.flooding, CloseCode.tooSlow])(
  "%d is met with a long wait, which a return to the tab does not shorten",
  async (code) => {
    await using fixture = await startFixture();
    using tab = fixture.browser.openTab();
    await tab.is("open");
    const closedAt = Date.now();

    fixture.server.closeSockets(code);
    await vi.waitFor(() => expect(tab.client.connection.get().retryAt).not.toBeNull());
    tab.page.listeners?.shown();
    tab.page.listeners?.online();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect((tab.client.connection.get().retryAt ?? 0) - closedAt).toBeGreaterThanOrEqual(10_000);
    expect(fixture.server.connectedAt).toHaveLength(1);
  },
);
