import { expect, test, vi } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

const malformed: readonly unknown[] = [
  "not json",
  "{",
  "null",
  "1",
  "[]",
  {},
  [null],
  [[]],
  { id: null, method: "query", params: { path: "anyone" } },
  { id: {}, method: "query", params: { path: "anyone" } },
  { id: [1], method: "query", params: { path: "anyone" } },
  { method: "query", params: { path: "anyone" } },
  '{"id":1e400,"method":"query","params":{"path":"anyone"}}',
  { id: 1, method: "nonsense", params: { path: "anyone" } },
  { id: 1, method: "query" },
  { id: 1, method: "query", params: null },
  { id: 1, method: "query", params: [] },
  { id: 1, method: "query", params: { path: 7 } },
  { id: 1, method: "query", params: { path: "x".repeat(300) } },
  { id: "x".repeat(65), method: "query", params: { path: "anyone" } },
  { id: 1, method: "subscription", params: { path: "session.snapshot", lastEventId: 7 } },
  { id: 1, jsonrpc: "1.0", method: "query", params: { path: "anyone" } },
  Buffer.from('{"id":1,"method":"query","params":{"path":"anyone"}}'),
];

test("WSK-11: each malformed message gets one error frame, and the socket goes on", async () => {
  await using started = await startTestRouter(sqlite, { settings: { BAD_FRAMES: 1000 } });
  await using socket = await started.app.open();
  for (const [index, message] of malformed.entries()) {
    socket.send(message);
    await socket.until(() => socket.frames.length === index + 1);
    expect(socket.frames[index], JSON.stringify(message)).toMatchObject({ error: { data: { code: "PARSE_ERROR" } } });
  }
  expect(await socket.query("anyone")).toHaveProperty("result");
});

test("WSK-13: an error never says what is inside", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  await using socket = await app.open();
  socket.send(`{"id":1,"method":"query","params":{"path":"${"secret".repeat(100)}`);
  const frame = await socket.until(({ error }) => error !== undefined);
  expect(JSON.stringify(frame)).not.toContain("secret");

  const failed = await socket.query("boom");
  expect(failed.error?.message).toContain("Error id");
  expect(failed.error?.data.code).toBe("INTERNAL_SERVER_ERROR");
  expect(JSON.stringify(failed)).not.toMatch(/passwd|select|at .*\.ts/);
  const errorId = failed.error?.data["errorId"];
  expect(app.logged.find(({ facts }) => "errorId" in facts && facts.errorId === errorId)).toBeDefined();
});

test("too many malformed messages close the socket with 1008", async () => {
  await using started = await startTestRouter(sqlite, { settings: { BAD_FRAMES: 3 } });
  await using socket = await started.app.open();
  for (let sent = 0; sent < 3; sent += 1) socket.send("{");
  expect(await socket.query("anyone")).toHaveProperty("result");
  socket.send("{");
  expect(await socket.closed).toMatchObject({ code: 1008 });
});

test("WSK-30: a message of the largest size is answered, one byte more closes with 1009", async () => {
  await using started = await startTestRouter(sqlite, { settings: { MAX_FRAME_BYTES: 4096 } });
  await using socket = await started.app.open();
  const frame = (bytes: number) => {
    const empty = JSON.stringify({ id: 1, method: "query", params: { path: "echo", input: { text: "" } } });
    return empty.replace('"text":""', `"text":"${"x".repeat(bytes - empty.length)}"`);
  };
  socket.send(frame(4096));
  await socket.until(({ id }) => id === 1);
  socket.send(frame(4097));
  expect(await socket.closed).toMatchObject({ code: 1009 });
});

test("WSK-33: a batch of the largest size runs, a larger one is refused whole", async () => {
  await using started = await startTestRouter(sqlite, { settings: { MAX_BATCH: 3 } });
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  const batch = (ids: number[]) => ids.map((id) => ({ id, method: "mutation", params: { path: "count" } }));
  socket.send(batch([1, 2, 3]));
  await socket.until(() => socket.frames.length === 3);
  socket.send(batch([4, 5, 6, 7]));
  await socket.until(() => socket.frames.length === 7);
  expect(socket.frames.slice(3).every(({ error }) => error?.data.code === "BAD_REQUEST")).toBe(true);
  expect(counts.mutations).toBe(3);
});

test("WSK-16: a second subscription with a running id is refused, the first goes on, and the id can be used again after its stop", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await app.auth.rights.grant(ann.id, "reports.view");
  await using socket = await ann.open();
  const id = await socket.subscribe("ticks");
  socket.send({ id, method: "subscription", params: { path: "ticks" } });
  await socket.until((frame) => frame.id === id && frame.error?.data.code === "BAD_REQUEST");
  const before = socket.dataOf(id).length;
  await socket.data(id, before + 2);
  socket.send({ id, method: "subscription.stop" });
  await socket.until((frame) => frame.id === id && frame.result?.type === "stopped");
  socket.send({ id, method: "subscription", params: { path: "ticks" } });
  await expect
    .poll(() => socket.frames.filter((frame) => frame.id === id && frame.result?.type === "started").length)
    .toBe(2);
});

test("WSK-17, WSK-19: no stream survives a stop in the same batch, or a client that vanishes", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  await app.auth.rights.grant(ann.id, "reports.view");
  await using socket = await ann.open();
  const subscribe = (id: number) => ({ id, method: "subscription", params: { path: "ticks" } });
  const stop = (id: number) => ({ id, method: "subscription.stop" });
  socket.send([subscribe(1), stop(1)]);
  // Before it, too: then there is nothing to stop, and its own stop ends it.
  socket.send([stop(2), subscribe(2), stop(2)]);
  for (let id = 3; id < 13; id += 1) socket.send(subscribe(id));
  for (let id = 3; id < 13; id += 1) await socket.data(id, 1);
  await expect.poll(() => counts.streams - counts.streamsEnded).toBe(10);
  const [connection] = app.app.services.connections;
  expect(connection?.subscriptions).toBe(10);
  const ticks = () => [1, 2].map((id) => socket.dataOf(id).length);
  const before = ticks();
  await socket.data(3, socket.dataOf(3).length + 3);
  expect(ticks()).toEqual(before);

  socket.socket.terminate();
  const from = performance.now();
  await expect.poll(() => counts.streams - counts.streamsEnded).toBe(0);
  expect(performance.now() - from).toBeLessThan(1000);
});

test("WSK-19: a mutation whose client vanishes is done whole, and its answer is nobody's", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  await using socket = await ann.open();
  socket.send({ id: 1, method: "mutation", params: { path: "slow", input: { ms: 1000 } } });
  const [connection] = app.app.services.connections;
  await expect.poll(() => connection?.running).toBe(1);

  socket.socket.terminate();
  await expect.poll(() => app.app.services.connections.size).toBe(0);
  await expect.poll(() => [counts.mutations, connection?.running], { timeout: 5000 }).toEqual([1, 0]);

  await using later = await ann.open();
  expect(await later.query("who")).toMatchObject({ result: { data: "ann" } });
  process.off("unhandledRejection", onRejection);
  expect(rejections).toEqual([]);
  expect(app.logged).toEqual([]);
});

test("subscriptions of one socket are limited, and an ended one gives its place back", async () => {
  await using started = await startTestRouter(sqlite, { settings: { MAX_SUBSCRIPTIONS: 2 } });
  await using socket = await started.app.open();
  const id = await socket.subscribe("session.snapshot");
  await socket.subscribe("session.snapshot");
  expect(await socket.call("subscription", "session.snapshot")).toMatchObject({
    error: { data: { reason: "LIMIT_EXCEEDED" } },
  });
  socket.send({ id, method: "subscription.stop" });
  await socket.until((frame) => frame.id === id && frame.result?.type === "stopped");
  await socket.subscribe("session.snapshot");
});

test("a stream that its check ends, with the right to it, gives its place back and lets its source end", async () => {
  await using started = await startTestRouter(sqlite, { settings: { MAX_SUBSCRIPTIONS: 1 } });
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  for (let round = 1; round <= 3; round += 1) {
    await app.auth.rights.grant(ann.id, "reports.view");
    const id = await socket.subscribe("ticks");
    expect(await socket.call("subscription", "ticks")).toMatchObject({ error: { data: { reason: "LIMIT_EXCEEDED" } } });
    await app.auth.rights.withdraw(ann.id, "reports.view");
    const ended = await socket.until((frame) => frame.id === id && frame.error !== undefined);
    expect(ended.error?.data).toMatchObject({ code: "FORBIDDEN" });
    await expect.poll(() => counts.streamsEnded).toBe(round);
  }
});

test("WSK-36: calls beyond the rate are refused with a hint, a flood is closed with 4429, others are unharmed", async () => {
  await using started = await startTestRouter(sqlite, { settings: { CALLS_PER_SECOND: 10, CALLS_BURST: 10 } });
  await using socket = await started.app.open();
  await using other = await started.app.open();
  for (let sent = 0; sent < 11; sent += 1) socket.send({ id: sent, method: "query", params: { path: "anyone" } });
  const refused = await socket.until(({ error }) => error !== undefined);
  expect(refused.error?.data).toMatchObject({
    code: "TOO_MANY_REQUESTS",
    reason: "RATE_LIMITED",
    retryAfterSeconds: 1,
  });
  for (let sent = 0; sent < 30; sent += 1) socket.send({ id: sent, method: "query", params: { path: "no.such" } });
  expect(await socket.closed).toMatchObject({ code: 4429 });
  expect(await other.query("anyone")).toHaveProperty("result");
});

test("whoever flooded is not let in for a while over another socket; their open ones and all others go on", async () => {
  await using started = await startTestRouter(sqlite, { settings: { CALLS_PER_SECOND: 10, CALLS_BURST: 10 } });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  await using inside = await ann.open();
  const flood = async (socket: RawSocket) => {
    for (let sent = 0; sent < 60; sent += 1) socket.send("PING");
    expect(await socket.closed).toMatchObject({ code: 4429 });
  };
  await flood(await ann.open());

  const read = vi.spyOn(app.app.services.auth.sessions, "validate");
  await expect(ann.open()).rejects.toThrow("429");
  // Nothing is read for that: whoever floods knocks again at once.
  expect(read).not.toHaveBeenCalled();
  // Nor with another session of the same user.
  await expect((await ann.signInAgain()).open()).rejects.toThrow("429");
  expect(await inside.query("who")).toMatchObject({ result: { data: "ann" } });
  await using bobs = await bob.open();
  expect(await bobs.query("who")).toMatchObject({ result: { data: "bob" } });
  await using nobody = await app.open();
  expect(await nobody.query("anyone")).toHaveProperty("result");
  // Those who are nobody are told apart by their address.
  await flood(await app.open());
  await expect(app.open()).rejects.toThrow("429");
  await using bobsOther = await bob.open();
  expect(await bobsOther.query("who")).toMatchObject({ result: { data: "bob" } });

  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 10_001);
  await using later = await ann.open();
  clock.mockRestore();
  expect(await later.query("who")).toMatchObject({ result: { data: "ann" } });
});

test("WSK-36: a user who floods over many sockets, of which none alone sends too much, is closed as well; others are not", async () => {
  const settings = { CALLS_PER_SECOND: 10, CALLS_BURST: 10, MAX_CONNECTIONS_PER_USER: 30 };
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  await using sockets = new AsyncDisposableStack();
  const open = async (user: typeof ann) => sockets.use(await user.open());
  const anns: RawSocket[] = [];
  for (let opened = 0; opened < 20; opened += 1) anns.push(await open(ann));
  const other = await open(bob);
  // Nothing comes back meanwhile.
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  const ofSocket = 2 * settings.CALLS_BURST;
  const fill = (socket: RawSocket) => {
    for (let sent = 1; sent < ofSocket; sent += 1) socket.send("PING");
    socket.send({ id: 1, method: "query", params: { path: "who" } });
  };
  const within = anns.slice(0, 5);
  for (const socket of within) {
    fill(socket);
    expect(await socket.until(({ id }) => id === 1)).toHaveProperty("result");
  }
  for (const socket of anns.slice(5)) {
    fill(socket);
    expect(await socket.closed).toMatchObject({ code: 4429 });
  }

  expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
  clock.mockRestore();
  for (const { socket } of within) expect(socket.readyState).toBe(WebSocket.OPEN);
  await expect(ann.open()).rejects.toThrow("429");
});

test("what still comes over a socket whose session has ended counts for nothing: its user's other session is let in", async () => {
  await using started = await startTestRouter(sqlite, { settings: { CALLS_PER_SECOND: 10, CALLS_BURST: 10 } });
  const { app } = started;
  const ann = await app.signIn("ann");
  const elsewhere = await ann.signInAgain();
  await using lost = await ann.open();
  // It does not answer the close frame, and goes on.
  const receiver = Reflect.get(lost.socket, "_receiver") as { removeAllListeners(event: string): void };
  receiver.removeAllListeners("conclude");
  await app.http("auth.logout", { cookie: ann.cookie });
  await expect.poll(() => app.app.services.connections.size).toBe(0);
  for (let sent = 0; sent < 200; sent += 1) lost.socket.ping();

  expect(await lost.closed).toMatchObject({ code: 1006 });
  expect(app.app.services.traffic.floodsCut).toBe(0);
  await using other = await elsewhere.open();
  expect(await other.query("who")).toMatchObject({ result: { data: "ann" } });
});

test("whoever comes back again and again with malformed messages floods, and is not let in for a while", async () => {
  const settings = { CALLS_PER_SECOND: 1, CALLS_BURST: 2, BAD_FRAMES: 1 };
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const codes: number[] = [];
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  while (codes.length < 11 && codes.at(-1) !== 4429) {
    await using socket = await ann.open();
    for (let sent = 0; sent < 2; sent += 1) socket.send("{nonsense}");
    codes.push((await socket.closed).code);
  }
  // 20 frames, five times what one socket may.
  expect(codes).toEqual([...Array.from({ length: 10 }, () => 1008), 4429]);
  await expect(ann.open()).rejects.toThrow("429");
  await using other = await bob.open();
  clock.mockRestore();
  expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
});

const heartbeats: readonly (readonly [kind: string, beat: (socket: RawSocket) => void])[] = [
  ["the word PING", (socket) => socket.send("PING")],
  ["the word PONG, for which nobody asked", (socket) => socket.send("PONG")],
  ["empty texts", (socket) => socket.send("")],
  ["empty binary frames", (socket) => socket.send(Buffer.alloc(0))],
  ["pings", ({ socket }) => socket.ping()],
  ["pongs, for which nobody asked", ({ socket }) => socket.pong()],
];

test.each(heartbeats)("WSK-37: a flood of %s is closed", async (_kind, beat) => {
  const settings = { CALLS_PER_SECOND: 10, CALLS_BURST: 10, BAD_FRAMES: 1000 };
  await using started = await startTestRouter(sqlite, { settings });
  await using socket = await started.app.open();
  await using other = await started.app.open();
  for (let sent = 0; sent < 60; sent += 1) beat(socket);
  expect(await socket.closed).toMatchObject({ code: 4429 });
  expect(await other.query("anyone")).toHaveProperty("result");
});

test("whoever is sent away for flooding, again and again, does not flood the log", async () => {
  const settings = { CALLS_PER_SECOND: 1, CALLS_BURST: 1, MAX_CONNECTIONS_PER_IP: 150 };
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  // All at once: after the first one that floods no other is let in.
  await using sockets = new AsyncDisposableStack();
  for (const flooding of await Promise.all(Array.from({ length: 150 }, () => app.open()))) {
    sockets.use(flooding);
    for (let sent = 0; sent < 5; sent += 1) flooding.send("PING");
    expect(await flooding.closed).toMatchObject({ code: 4429 });
  }

  const lines = app.logged.filter(({ message }) => message === "A socket floods and is closed");
  expect(lines.length).toBeGreaterThanOrEqual(100);
  expect(lines.length).toBeLessThan(145);
});

test("WSK-39: a socket that does not answer pings is terminated", async () => {
  await using started = await startTestRouter(sqlite, { settings: { PING_SECONDS: 1, PONG_SECONDS: 1 } });
  await using silent = await started.app.open();
  await using alive = await started.app.open();
  silent.socket.pong = () => {};
  const receiver = Reflect.get(silent.socket, "_receiver") as { removeAllListeners(event: string): void };
  receiver.removeAllListeners("ping");
  expect(await silent.closed).toMatchObject({ code: 1006 });
  expect(await alive.query("anyone")).toHaveProperty("result");
});

test("REL-40: a reader that stops reading holds little memory and is cut with 4408, and others are unharmed", async () => {
  await using started = await startTestRouter(sqlite, { settings: { SLOW_READER_SECONDS: 1 } });
  const { app } = started;
  await using stalled = await app.open();
  await using other = await app.open();
  await stalled.subscribe("flood");
  stalled.socket.pause();
  let most = 0;
  const watch = setInterval(() => {
    for (const { socket } of app.app.services.connections) most = Math.max(most, socket.bufferedAmount);
  }, 5);
  await expect.poll(() => app.app.services.connections.size, { timeout: 5000 }).toBe(1);
  clearInterval(watch);
  expect(most).toBeLessThan(512 * 1024);
  expect(app.logged.some(({ message }) => message.includes("too slow"))).toBe(true);
  stalled.socket.resume();
  expect(await stalled.closed).toMatchObject({ code: 4408 });
  expect(await other.query("anyone")).toHaveProperty("result");
});

test("REL-40: patience with a reader counts from when it stopped, not from when it began to be slow", async () => {
  await using started = await startTestRouter(sqlite, { settings: { SLOW_READER_SECONDS: 2 } });
  const { app } = started;
  await using reader = await app.open();
  await reader.subscribe("flood");
  reader.socket.pause();
  const isSlow = () => [...app.app.services.connections].some(({ hasCaughtUp }) => !hasCaughtUp);
  await expect.poll(isSlow, { interval: 5 }).toBe(true);
  let [unread, changedAt] = [0, 0];
  const watch = setInterval(() => {
    for (const { socket } of app.app.services.connections) {
      if (socket.bufferedAmount !== unread) changedAt = performance.now();
      unread = socket.bufferedAmount;
    }
  }, 5);
  reader.socket.resume();
  await new Promise((resolve) => setTimeout(resolve, 700));
  reader.socket.pause();
  await expect.poll(() => app.app.services.connections.size, { timeout: 8000, interval: 20 }).toBe(0);
  clearInterval(watch);
  // What the system takes in its stead is no sign of it, and cannot be told from it.
  expect(performance.now() - changedAt).toBeGreaterThan(1500);
  expect(performance.now() - changedAt).toBeLessThan(2900);
});

test("an answer larger than any backlog reaches a reader that reads", async () => {
  await using started = await startTestRouter(sqlite, { settings: { SLOW_READER_SECONDS: 1 } });
  await using socket = await started.app.open();
  const answers = await Promise.all([1, 2, 3, 4].map(() => socket.query("large", { bytes: 3_000_000 })));
  expect(answers.map(({ result }) => String(result?.data).length)).toEqual([
    3_000_000, 3_000_000, 3_000_000, 3_000_000,
  ]);
});

test("a reader that leaves a heap of answers unread is cut at once", async () => {
  await using started = await startTestRouter(sqlite, { settings: { MAX_BUFFERED_BYTES: 8_000_000 } });
  const { app } = started;
  await using socket = await app.open();
  socket.socket.pause();
  for (let id = 1; id <= 9; id += 1) {
    socket.send({ id, method: "query", params: { path: "large", input: { bytes: 4_000_000 } } });
  }
  await expect.poll(() => app.app.services.connections.size).toBe(0);
});

test("WSK-14: prototypes cannot be reached by an input", async () => {
  await using started = await startTestRouter(sqlite);
  await using socket = await started.app.open();
  socket.send('{"id":1,"method":"query","params":{"path":"echo","input":{"text":"x","__proto__":{"polluted":1}}}}');
  expect(await socket.until(({ id }) => id === 1)).toMatchObject({ error: { data: { code: "BAD_REQUEST" } } });
  const keys = [
    '"constructor":{"prototype":{"polluted":1}}',
    '"prototype":{"polluted":1}',
    '"meta":{"values":{"__proto__.polluted":["Date"]}}',
  ];
  for (const [index, key] of keys.entries()) {
    const id = index + 2;
    socket.send(`{"id":${id},"method":"query","params":{"path":"echo","input":{"text":"x",${key}}}}`);
    const frame = await socket.until((each) => each.id === id);
    expect(frame, key).toMatchObject({ error: { data: { code: "BAD_REQUEST" } } });
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("PRM-25: only what the router lists can be called", async () => {
  await using started = await startTestRouter(sqlite);
  await using socket = await started.app.open();
  for (const path of [
    "__proto__",
    "constructor",
    "toString",
    "_def",
    "anyone.",
    ".anyone",
    "ANYONE",
    "session",
    "session.__proto__",
    "",
  ]) {
    expect(await socket.query(path), path).toMatchObject({ error: { data: { code: "NOT_FOUND" } } });
  }
});
