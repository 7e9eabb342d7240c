import { expect, test, vi } from "vitest";

import { startFixture } from "./test/start-fixture.ts";

test("REL-50: a server that restarts on its port gets its clients and their subscriptions back", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const ticks: number[] = [];
  tab.rpc.work.ticks.subscribe({}, { onData: ({ data }) => ticks.push(data) });
  await vi.waitFor(() => expect(ticks).toEqual([0]));
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));

  await fixture.server.stop();
  await tab.is("reconnecting");
  fixture.state.count("tick");
  fixture.state.change("ann", { firstName: "Ann" });
  await fixture.server.start();
  await tab.is("open");

  await vi.waitFor(() => expect(ticks.at(-1)).toBe(1));
  await vi.waitFor(() => expect(tab.client.snapshot.get()).toMatchObject({ user: { firstName: "Ann" } }));
  // The last snapshot stays in sight the while: no flash.
  expect(new Set(shown)).toEqual(new Set(["ann"]));
});

test("fifty clients that lose their server at once come back spread over time", async () => {
  await using fixture = await startFixture();
  const tabs = Array.from({ length: 50 }, () => fixture.browser.openTab({ random: Math.random, hasChannel: false }));
  try {
    await Promise.all(tabs.map((tab) => tab.is("open")));
    fixture.server.connectedAt.length = 0;
    const lostAt = performance.now();
    fixture.server.closeSockets(1012);
    await vi.waitFor(() => expect(fixture.server.connectedAt).toHaveLength(50), 3_000);

    const after = fixture.server.connectedAt.map((at) => at - lostAt);
    const bins = Array.from({ length: 5 }, (_, bin) => after.filter((ms) => Math.floor(ms / 200) === bin).length);
    // Ten are to be expected in each fifth of a second; thirty in one are beyond any chance.
    expect(Math.max(...bins)).toBeLessThan(30);
    expect(Math.min(...after)).toBeLessThan(300);
    expect(Math.max(...after)).toBeGreaterThan(600);
    const waits = new Set(after.map((ms) => Math.round(ms)));
    expect(waits.size).toBeGreaterThan(35);
  } finally {
    for (const tab of tabs) tab.client.close();
  }
});

test("negative control: without chance the same fifty come back in one heap", async () => {
  await using fixture = await startFixture();
  const tabs = Array.from({ length: 50 }, () => fixture.browser.openTab({ random: () => 0.1, hasChannel: false }));
  try {
    await Promise.all(tabs.map((tab) => tab.is("open")));
    fixture.server.connectedAt.length = 0;
    const lostAt = performance.now();
    fixture.server.closeSockets(1012);
    await vi.waitFor(() => expect(fixture.server.connectedAt).toHaveLength(50), 3_000);

    expect(Math.max(...fixture.server.connectedAt) - lostAt).toBeLessThan(600);
  } finally {
    for (const tab of tabs) tab.client.close();
  }
});

test("a notice of a server that drains moves the client, without a moment in which it is not connected", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const states: string[] = [];
  tab.client.connection.subscribe(() => states.push(tab.client.connection.get().state));

  fixture.server.socket.ws.send('{"id":null,"method":"reconnect"}');
  await vi.waitFor(() => expect(fixture.server.connectedAt).toHaveLength(2));
  await vi.waitFor(() => expect(fixture.server.sockets.size).toBe(1));

  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");
  expect(states.filter((state) => state !== "open")).toEqual([]);
});

test("when the next try is due is told, and a return to the tab makes it at once", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ random: () => 0.99 });
  await tab.is("open");
  await fixture.server.stop();
  await vi.waitFor(() => expect(tab.client.connection.get().retryAt).toBeGreaterThan(Date.now() + 500));
  expect(tab.client.connection.get()).toMatchObject({ state: "reconnecting", attempt: 1 });
  await fixture.server.start();

  const askedAt = performance.now();
  tab.page.listeners?.shown();
  await tab.is("open");

  expect(performance.now() - askedAt).toBeLessThan(400);
  expect(tab.client.connection.get()).toEqual({ state: "open", attempt: 0, retryAt: null });
});

test("signals of the page while all is well leave later waits as long as they were", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ random: () => 0.99 });
  await tab.is("open");
  tab.page.listeners?.shown();
  tab.page.listeners?.online();

  await fixture.server.stop();

  await vi.waitFor(() => expect(tab.client.connection.get().retryAt).toBeGreaterThan(Date.now() + 500));
});

test("without a network it is offline, and connects as soon as there is one", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.is("open");
  await fixture.server.stop();
  tab.page.online = false;
  tab.page.listeners?.offline();
  await tab.is("offline");
  await fixture.server.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(fixture.server.connectedAt).toHaveLength(1);

  tab.page.online = true;
  tab.page.listeners?.online();

  await tab.is("open");
});

test("REL-44: a server that goes silent is given up after the silence and the wait for an answer", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ timing: { silenceMs: 150, answerMs: 100 } });
  await tab.is("open");
  const since = performance.now();
  mute(fixture.server.socket.ws);

  await tab.is("reconnecting");

  // Half-open: no close frame will ever be answered, and none is waited for.
  expect(performance.now() - since).toBeLessThan(500);
  await tab.is("open");
});

test("a server that answers the watchdog is not given up", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ timing: { silenceMs: 50, answerMs: 50 } });
  await tab.is("open");

  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(fixture.server.connectedAt).toHaveLength(1);
});

test("after sleep a dead socket is noticed by a probe, long before the silence is", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ timing: { probeMs: 100 } });
  await tab.is("open");
  mute(fixture.server.socket.ws);

  tab.page.listeners?.woke();

  await tab.is("reconnecting");
  await tab.is("open");
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("a server that takes the connection and then says nothing is given up", async () => {
  await using fixture = await startFixture();
  fixture.server.onSocket = ({ ws }) => {
    fixture.server.onSocket = null;
    mute(ws);
  };
  using tab = fixture.browser.openTab({ timing: { silenceMs: 150, answerMs: 100 } });

  await tab.is("open");

  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("a snapshot that is refused at first is asked for again on the same socket", async () => {
  await using fixture = await startFixture();
  fixture.server.behaviour.refusedSnapshots = 1;
  using tab = fixture.browser.signIn("ann").openTab();

  await tab.shows("ann");

  expect(fixture.server.connectedAt).toHaveLength(1);
  expect(tab.reports).toHaveLength(1);
});

test("making a client opens nothing; the first call does", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  tab.client.snapshot.get();
  tab.client.links();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fixture.server.connectedAt).toHaveLength(0);

  await expect(tab.rpc.work.whoami.query()).resolves.toBe("nobody");
});

/** The network takes everything and brings nothing any more. */
function mute(ws: { send: unknown; pause(): void }) {
  ws.send = () => {};
  ws.pause();
}
