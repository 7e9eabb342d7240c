import { expect, test, vi } from "vitest";

import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

test("the snapshot of a visitor, and after signing in the user's, before the promise of the login resolves", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  expect(tab.shown).toBe("loading");
  await tab.shows("nobody");

  const { user } = await tab.client.auth.login({ login: "ann", password: "right" });

  expect(user.username).toBe("ann");
  expect(tab.shown).toBe("ann");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");
  expect(tab.reports).toEqual([]);
});

test("a call in flight during the hand-over is executed once and answered once, by the socket it was sent on", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.shows("nobody");
  const answers: string[] = [];
  const call = tab.rpc.work.held.mutate({ key: "slow" }).then((answer) => answers.push(answer));
  await vi.waitFor(() => expect(fixture.state.executions.get("slow")).toBe(1));

  await tab.client.auth.login({ login: "ann", password: "right" });
  expect(fixture.server.sockets.size).toBe(2);
  fixture.state.release("slow");
  await call;

  expect(answers).toEqual(["slow by nobody"]);
  expect(fixture.state.executions.get("slow")).toBe(1);
  // Drained, the old socket closes by itself.
  await vi.waitFor(() => expect(fixture.server.sockets.size).toBe(1));
  expect(fixture.server.socket.token).toBe(fixture.browser.cookie.replace("session=", ""));
});

test("a subscription moves with the hand-over: nothing is lost, nothing comes twice", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.shows("nobody");
  const ticks: number[] = [];
  tab.rpc.work.ticks.subscribe({}, { onData: ({ data }) => ticks.push(data) });
  await vi.waitFor(() => expect(ticks).toEqual([0]));

  const login = tab.client.auth.login({ login: "ann", password: "right" });
  for (let tick = 1; tick <= 20; tick++) {
    fixture.state.count("tick");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await login;
  fixture.state.count("tick");

  await vi.waitFor(() => expect(ticks.at(-1)).toBe(21));
  // The fixture may skip to the newest; what it sends comes in order and never twice.
  expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
});

test("a server that gives no notice does not hold the hand-over up", async () => {
  await using fixture = await startFixture();
  fixture.server.behaviour.givesNotice = false;
  using tab = fixture.browser.openTab({ timing: { handOverMs: 50 } });
  await tab.shows("nobody");
  const call = tab.rpc.work.held.mutate({ key: "slow" });
  await vi.waitFor(() => expect(fixture.state.executions.get("slow")).toBe(1));

  await tab.client.auth.login({ login: "ann", password: "right" });
  fixture.state.release("slow");

  expect(tab.shown).toBe("ann");
  expect(fixture.server.connectedAt).toHaveLength(2);
  await expect(call).resolves.toBe("slow by nobody");
});

test("a server that refuses the hand-over is not waited for", async () => {
  await using fixture = await startFixture();
  fixture.server.behaviour.refusesHandOver = true;
  using tab = fixture.browser.openTab({ timing: { handOverMs: 60_000 } });
  await tab.shows("nobody");

  await tab.client.auth.login({ login: "ann", password: "right" });

  expect(tab.shown).toBe("ann");
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("a socket on its way with the cookie of before is not waited for, and shows nobody", async () => {
  await using fixture = await startFixture();
  fixture.server.behaviour.upgradeDelayMs = 200;
  using tab = fixture.browser.openTab();
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));
  await vi.waitFor(() => expect(fixture.server.upgrades).toBe(1));

  await tab.client.auth.login({ login: "ann", password: "right" });

  expect(shown).toEqual(["ann"]);
});

test("SES-07: a rotated token moves the socket, and the page shows the same user all the while", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  const shown: string[] = [];
  tab.client.snapshot.subscribe(() => shown.push(tab.shown));
  await tab.shows("ann");
  const changes: string[] = [];
  tab.client.onIdentityChange(({ type }) => changes.push(type));

  await tab.rpc.auth.rotate.mutate();

  expect(fixture.server.connectedAt).toHaveLength(2);
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");
  expect(new Set(shown)).toEqual(new Set(["ann"]));
  expect(changes).toEqual([]);
});

test("what becomes of a socket after it was handed over is no news of the session", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const [old] = fixture.server.sockets;
  const call = failureOf(tab.rpc.work.held.mutate({ key: "slow" }));
  await vi.waitFor(() => expect(fixture.state.executions.get("slow")).toBe(1));
  await tab.rpc.auth.rotate.mutate();
  const changes: string[] = [];
  tab.client.onIdentityChange(({ type }) => changes.push(type));

  // The server waits for what is under way, but not for ever.
  old?.ws.close(4401, "replaced");

  await expect(call).resolves.toMatchObject({ kind: "disconnected", outcome: "unknown" });
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");
  expect(changes).toEqual([]);
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("SES-08: a call refused because its socket has an old token is sent once more on the new one", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.socket.isStale = true;

  await expect(tab.rpc.work.count.mutate({ key: "a" })).resolves.toBe("a by ann");

  expect(fixture.state.executions.get("a")).toBe(1);
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("many calls refused by one old socket share one move, and each is sent once more", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.socket.isStale = true;

  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => tab.rpc.work.count.mutate({ key })));

  expect(keys.map((key) => fixture.state.executions.get(key))).toEqual(keys.map(() => 1));
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("a call that is refused as stale a second time fails, and the client does not go round", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.socket.isStale = true;
  fixture.server.onSocket = (socket) => (socket.isStale = true);

  await expect(tab.rpc.work.count.mutate({ key: "a" })).rejects.toMatchObject({ data: { reason: "STALE_CONNECTION" } });

  expect(fixture.state.executions.get("a")).toBeUndefined();
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("a call over HTTP that another tab was faster with is made once more, when a new socket has shown who is there", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.behaviour.staleRotations = 1;

  await tab.rpc.auth.rotate.mutate();

  expect(fixture.state.executions.get("rotated by ann")).toBe(1);
  expect(tab.shown).toBe("ann");
  fixture.server.behaviour.staleRotations = 2;
  await expect(tab.rpc.auth.rotate.mutate()).rejects.toMatchObject({ data: { reason: "STALE_CONNECTION" } });
  expect(fixture.state.executions.get("rotated by ann")).toBe(1);
});

test("a call over HTTP that is to be made once more is not made as somebody else", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.behaviour.staleRotations = 1;
  fixture.browser.signIn("bob");

  await expect(failureOf(tab.rpc.auth.rotate.mutate())).resolves.toMatchObject({ kind: "identity-changed" });

  await tab.shows("bob");
  expect([...fixture.state.executions.keys()].filter((key) => key.startsWith("rotated"))).toEqual([]);
});

test("a failed login changes nothing: the session, the socket and its calls stay", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");

  await expect(tab.client.auth.login({ login: "bob", password: "wrong" })).rejects.toMatchObject({
    data: { reason: "INVALID_CREDENTIALS" },
  });

  expect(tab.shown).toBe("ann");
  expect(fixture.server.connectedAt).toHaveLength(1);
});

test("when the socket is late, the login resolves in bounded time with the user of its answer", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ settleMs: 100 });
  await tab.shows("nobody");
  fixture.server.behaviour.snapshotDelayMs = 400;

  await tab.client.auth.login({ login: "ann", password: "right" });

  expect(tab.shown).toBe("ann");
  await tab.is("open");
  expect(tab.shown).toBe("ann");
});

test("a cookie the browser did not keep is reported with its cure", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  await tab.shows("nobody");
  Object.defineProperty(fixture.browser, "cookie", { get: () => "", set: () => {} });

  await tab.client.auth.login({ login: "ann", password: "right" });

  expect(tab.shown).toBe("nobody");
  expect(tab.reports).toEqual([expect.stringContaining("HTTPS")]);
});
