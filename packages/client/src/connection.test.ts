import { expect, test, vi } from "vitest";

import type { FixtureTab } from "./test/fixture-browser.ts";
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
  await using crowd = await openCrowd(fixture, Math.random);

  const due = await crowd.loseServer();

  const fifths = Array.from({ length: 5 }, (_, fifth) => due.filter((ms) => Math.floor(ms / 200) === fifth).length);
  // Ten are to be expected in each fifth of the second; thirty in one are beyond any chance.
  expect(Math.max(...fifths)).toBeLessThan(30);
  expect(Math.max(...due) - Math.min(...due)).toBeGreaterThan(500);
  // Of fifty chances in a thousand a few fall on one millisecond, no more.
  expect(new Set(due).size).toBeGreaterThan(35);
  await vi.waitFor(() => expect(fixture.server.sockets.size).toBe(50), 4_000);
});

test("negative control: without chance the same fifty are due at once", async () => {
  await using fixture = await startFixture();
  await using crowd = await openCrowd(fixture, () => 0.5);

  const due = await crowd.loseServer();

  expect(Math.max(...due) - Math.min(...due)).toBeLessThan(200);
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

/** Fifty clients with a socket each. */
async function openCrowd(fixture: Awaited<ReturnType<typeof startFixture>>, random: () => number) {
  const tabs = Array.from({ length: 50 }, () => fixture.browser.openTab({ random, hasChannel: false }));
  await Promise.all(tabs.map((tab) => tab.is("open")));

  return {
    /** Closes all sockets; gives how long after it each client will try again, as it says itself. */
    async loseServer(): Promise<number[]> {
      const lostAt = Date.now();
      fixture.server.closeSockets(1012);
      return Promise.all(tabs.map((tab) => dueAt(tab))).then((all) => all.map((at) => Math.round(at - lostAt)));
    },
    async [Symbol.asyncDispose]() {
      for (const tab of tabs) tab.client.close();
    },
  };
}

function dueAt(tab: FixtureTab): Promise<number> {
  return new Promise((resolve) => {
    const stop = tab.client.connection.subscribe(() => {
      const { retryAt } = tab.client.connection.get();
      if (retryAt === null) return;
      stop();
      resolve(retryAt);
    });
  });
}
