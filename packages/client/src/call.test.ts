import { expect, test, vi } from "vitest";

import { CloseCode, drainedReason } from "@countersign/contract";

import { CallFailure, readErrorData } from "./index.ts";
import { failureOf } from "./test/failure-of.ts";
import { startFixture } from "./test/start-fixture.ts";

test("REL-05: a mutation whose socket dies is never sent again, and its outcome is unknown", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const call = tab.rpc.work.held.mutate({ key: "once" });
  const failure = failureOf(call);
  await vi.waitFor(() => expect(fixture.state.executions.get("once")).toBe(1));

  for (const { ws } of fixture.server.sockets) ws.terminate();
  await expect(failure).resolves.toMatchObject({ kind: "disconnected", outcome: "unknown", path: "work.held" });
  await tab.is("open");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("ann");

  expect(fixture.server.connectedAt).toHaveLength(2);
  expect(fixture.state.executions.get("once")).toBe(1);
});

test("what a drained server has not answered it has not executed: it is sent again on the next socket, once", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  fixture.server.socket.ws.removeAllListeners("message");
  const call = tab.rpc.work.count.mutate({ key: "moved" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fixture.state.executions.get("moved")).toBeUndefined();

  fixture.server.closeSockets(CloseCode.restart, drainedReason);

  await expect(call).resolves.toBe("moved by ann");
  expect(fixture.state.executions.get("moved")).toBe(1);
  expect(fixture.server.connectedAt).toHaveLength(2);
});

test("what a server that restarts without a word on it has not answered may have been executed, and is not sent again", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  const failure = failureOf(tab.rpc.work.held.mutate({ key: "cut" }));
  await vi.waitFor(() => expect(fixture.state.executions.get("cut")).toBe(1));

  fixture.server.closeSockets(CloseCode.restart, "restart");

  await expect(failure).resolves.toMatchObject({ kind: "disconnected", outcome: "unknown" });
  await tab.is("open");
  expect(fixture.state.executions.get("cut")).toBe(1);
});

test("a call without an answer fails at its deadline, with unknown outcome; the late answer goes nowhere", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ callDeadlineMs: 100 });
  await tab.shows("nobody");
  const call = tab.rpc.work.held.mutate({ key: "slow" });

  await expect(call).rejects.toMatchObject({ kind: "deadline", outcome: "unknown" });
  await expect(call).rejects.toThrow("may have been carried out");
  fixture.state.release("slow");

  await expect(tab.rpc.work.count.mutate({ key: "next" })).resolves.toBe("next by nobody");
});

test("a call may bring a longer deadline of its own", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ callDeadlineMs: 50 });
  await tab.shows("nobody");
  const call = tab.rpc.work.held.mutate({ key: "slow" }, { context: { deadlineMs: 5_000 } });
  await new Promise((resolve) => setTimeout(resolve, 150));

  fixture.state.release("slow");

  await expect(call).resolves.toBe("slow by nobody");
});

test("a call made while there is no server waits for it, and at its deadline fails as not sent", async () => {
  await using fixture = await startFixture();
  await fixture.server.stop();
  using tab = fixture.browser.openTab({ callDeadlineMs: 200 });

  const call = tab.rpc.work.count.mutate({ key: "never" });

  await expect(call).rejects.toMatchObject({ kind: "deadline", outcome: "not-sent" });
  await expect(call).rejects.toBeInstanceOf(CallFailure);
  await fixture.server.start();
  await tab.is("open");
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("nobody");
  expect(fixture.state.executions.get("never")).toBeUndefined();
});

test("calls made while there is no server are executed once each, in their order, when it is there", async () => {
  await using fixture = await startFixture();
  await fixture.server.stop();
  using tab = fixture.browser.openTab();
  const keys = ["a", "b", "c"];
  const calls = Promise.all(keys.map((key) => tab.rpc.work.count.mutate({ key })));

  await fixture.server.start();

  await expect(calls).resolves.toEqual(keys.map((key) => `${key} by nobody`));
  expect([...fixture.state.executions]).toEqual(keys.map((key) => [key, 1]));
});

test("a procedure that turns out to set a cookie goes over HTTP, now and from then on", async () => {
  await using fixture = await startFixture();
  let requests = 0;
  const { fetch } = fixture.browser;
  using tab = fixture.browser.openTab({
    fetch(...request) {
      requests += 1;
      return fetch(...request);
    },
  });
  await tab.shows("nobody");

  await expect(tab.rpc.work.cookie.mutate({ key: "c" })).resolves.toBe("over HTTP");
  await expect(tab.rpc.work.cookie.mutate({ key: "c" })).resolves.toBe("over HTTP");

  expect(fixture.state.executions.get("c")).toBe(2);
  expect(requests).toBe(2);
});

test("a path wrongly named as an HTTP one is sent over the socket when the server says so", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab({ httpPaths: ["session.handover"] });
  await tab.shows("nobody");

  await expect(tab.rpc.session.handover.mutate()).resolves.toEqual({});
});

test("what the server refuses keeps its data, and is told apart from what failed on the way", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();

  const refusal = await tab.client.account.sessions.end("nobody's").catch((error: unknown) => error);
  expect(refusal).not.toBeInstanceOf(CallFailure);
  expect(readErrorData(refusal)).toMatchObject({ code: "NOT_FOUND", httpStatus: 404 });

  const login = await tab.client.auth.login({ login: "x", password: "wrong" }).catch((error: unknown) => error);
  expect(readErrorData(login)).toMatchObject({ reason: "INVALID_CREDENTIALS" });

  expect(readErrorData(new CallFailure("deadline", "unknown", "a.b"))).toBeNull();
  expect(readErrorData(new Error("else"))).toBeNull();
});

test("a reason of a newer server is left out; the code stays", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  const refusal = await tab.rpc.work.refused.query({ reason: "NOT_INVENTED_YET" }).catch((error: unknown) => error);
  expect(readErrorData(refusal)).toEqual({ code: "FORBIDDEN", httpStatus: 403, path: "work.refused", stack: anyText });
});

test("B9: where a refused call says to go is followed, when it is a path of this site and only then", async () => {
  await using fixture = await startFixture();
  const went: string[] = [];
  using tab = fixture.browser.openTab({ onRedirect: (to) => went.push(to) });

  for (const redirectTo of ["/account?step=up", "https://evil.example", "//evil.example", "javascript:alert(1)"]) {
    await failureOf(tab.rpc.work.refused.query({ redirectTo }));
  }
  await failureOf(tab.rpc.work.refused.query({}));

  expect(went).toEqual(["/account?step=up"]);
});

test("an HTTP call that gets no answer is of unknown outcome, and who is signed in is asked anew", async () => {
  await using fixture = await startFixture();
  const { fetch } = fixture.browser;
  using tab = fixture.browser.openTab({
    async fetch(...request) {
      // The answer is lost on its way; the cookie is not.
      await fetch(...request);
      throw new TypeError("network");
    },
  });
  await tab.shows("nobody");

  await expect(tab.client.auth.login({ login: "ann", password: "right" })).rejects.toMatchObject({
    kind: "disconnected",
    outcome: "unknown",
  });

  await tab.shows("ann");
});

test("an aborted call ends at once, also while it waits for the server", async () => {
  await using fixture = await startFixture();
  await fixture.server.stop();
  using tab = fixture.browser.openTab();
  const abort = new AbortController();
  const call = tab.rpc.work.count.mutate({ key: "aborted" }, { signal: abort.signal });
  const failure = failureOf(call);
  abort.abort();
  await expect(failure).resolves.toBeInstanceOf(Error);

  await fixture.server.start();
  await expect(tab.rpc.work.whoami.query()).resolves.toBe("nobody");
  expect(fixture.state.executions.get("aborted")).toBeUndefined();
});

test("closing the client fails what is on its way and opens nothing more", async () => {
  await using fixture = await startFixture();
  const tab = fixture.browser.openTab();
  await tab.shows("nobody");
  const call = tab.rpc.work.held.mutate({ key: "open" });
  const failure = failureOf(call);
  await vi.waitFor(() => expect(fixture.state.executions.get("open")).toBe(1));

  tab.client.close();

  await expect(failure).resolves.toMatchObject({ kind: "closed" });
  await expect(tab.rpc.work.whoami.query()).rejects.toMatchObject({ kind: "closed", outcome: "not-sent" });
  await vi.waitFor(() => expect(fixture.server.sockets.size).toBe(0));
  expect(fixture.server.connectedAt).toHaveLength(1);
});

const anyText: unknown = expect.any(String);
