import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { exchange } from "./test/exchange.ts";
import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/index.ts";

const start = (settings = {}) => startTestRouter(sqlite, { settings });

/** Sends raw bytes and returns the first line of the answer. */
async function raw(app: TestApp, text: string): Promise<string> {
  return (await exchange(app, text)).split("\r\n", 1)[0] ?? "";
}

function upgrade(app: TestApp, target: string, headers: Record<string, string> = {}): Promise<string> {
  return raw(app, upgradeRequest(app, target, headers));
}

/** RFC 6455 §4.1. */
test("an upgrade over HTTP/1.0 is refused", async () => {
  await using started = await start();
  const request = upgradeRequest(started.app, "/trpc");
  expect(await raw(started.app, request.replace("HTTP/1.1", "HTTP/1.0"))).toBe("HTTP/1.1 400 Bad Request");
  expect(await raw(started.app, request)).toBe("HTTP/1.1 101 Switching Protocols");
});

/** RFC 9110 §7.8: a server may ignore it. Some clients ask for HTTP/2 with every request over plain http, as Java's does. */
test("a request that asks for another protocol than WebSocket is answered as if it had not", async () => {
  await using started = await start();
  const { app } = started;
  const other = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAEAAEAAAAIAAAAB" };
  for (const path of ["/healthz", "/readyz", "/trpc/anyone"])
    expect(await upgrade(app, path, other), path).toBe("HTTP/1.1 200 OK");
  expect(await upgrade(app, "/trpc/anyone", { ...other, Origin: "https://evil.example" })).toContain("403");
  expect(await upgrade(app, "/trpc", { Upgrade: "WebSocket" })).toContain("101");
});

function upgradeHead(app: TestApp): Promise<string> {
  return exchange(app, upgradeRequest(app, "/trpc"));
}

function upgradeRequest(app: TestApp, target: string, headers: Record<string, string> = {}): string {
  const all = {
    Host: new URL(app.url).host,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    Origin: app.url,
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== "-")
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

test("WSK-01: a target or Host that cannot be read is answered with 400, and the process lives", async () => {
  await using started = await start();
  const { app } = started;
  for (const target of ["//", "http://x/trpc", "/trpc%zz", "/trpc%"]) {
    expect(await upgrade(app, target), target).toContain("400");
  }
  for (const Host of ["[", "a b", "", "x:port", "a/b", "a@b"]) {
    expect(await upgrade(app, "/trpc", { Host }), Host).toContain("400");
  }
  expect(await upgrade(app, "/trpc", { Host: "-" })).toContain("400");
  expect(await upgrade(app, "/trpc", { host: "evil.example" })).toContain("400");
  await using socket = await app.open();
  expect(await socket.query("anyone")).toMatchObject({ result: { data: null } });
});

test("WSK-01: a foreign Host is refused, upgrade and request alike, whatever the Origin; health is told under any", async () => {
  await using started = await startTestRouter(sqlite, { checkHost: true });
  const { app } = started;
  const { port } = new URL(app.url);
  const get = (path: string, host: string) =>
    raw(app, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (const Host of [
    "evil.example",
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    "127.0.0.1.evil.example",
  ]) {
    expect(await upgrade(app, "/trpc", { Host }), Host).toContain("400");
    expect(await get("/trpc/anyone", Host), Host).toContain("400");
    expect(await get("/", Host), Host).toContain("400");
    expect(await get("/healthz", Host), Host).toContain("200");
    expect(await get("/readyz", Host), Host).toContain("200");
  }
  expect(await upgrade(app, "/trpc")).toContain("101");
  expect(await get("/trpc/anyone", `localhost:${port}`)).toContain("200");
  expect(await get("/trpc/anyone", `LOCALHOST:${port}`)).toContain("200");
  // By its address it can be reached from a probe or a proxy, and under no other page's name.
  expect(await get("/trpc/anyone", `127.0.0.1:${port}`)).toContain("200");
});

test("WSK-02: every path but the one is answered with 404", async () => {
  await using started = await start();
  for (const target of ["/", "/trpc/", "//trpc", "/trpc/../x", "/TRPC", "/x/../trpc", "/trpc/anyone", "/%74rpc"]) {
    expect(await upgrade(started.app, target), target).toContain("404");
  }
});

test("WSK-05: an Origin that is missing or not ours is answered with 403, and logged", async () => {
  await using started = await start();
  const { app } = started;
  const { port } = new URL(app.url);
  const foreign = [
    "-",
    "null",
    "https://evil.example",
    "file://",
    `https://localhost:${port}`,
    "http://localhost",
    `${app.url}.evil.com`,
    `http://evil.localhost:${port}`,
  ];
  for (const Origin of foreign) expect(await upgrade(app, "/trpc", { Origin }), Origin).toContain("403");
  expect(app.logged.filter(({ message }) => message === "An upgrade was refused")).toHaveLength(foreign.length);
  expect(await upgrade(app, "/trpc")).toContain("101");
});

test("WSK-08: connectionParams are refused", async () => {
  await using started = await start();
  expect(await upgrade(started.app, "/trpc?connectionParams=1")).toContain("400");
});

test("WSK-31: compression is not negotiated", async () => {
  await using started = await start();
  await using socket = await started.app.open();
  expect(socket.socket.extensions).toBe("");
});

test("sockets are limited by address, and a place that is given back can be taken again", async () => {
  await using started = await start({ MAX_CONNECTIONS_PER_IP: 2 });
  const { app } = started;
  const first = await app.open();
  await using second = await app.open();
  await expect(app.open()).rejects.toThrow("429");
  await first[Symbol.asyncDispose]();
  await expect.poll(() => app.app.services.connections.size).toBe(1);
  await using third = await app.open();
  expect([second, third].every(({ socket }) => socket.readyState === 1)).toBe(true);
});

test("sockets are limited by session, and another user's are not", async () => {
  await using started = await start({ MAX_CONNECTIONS_PER_SESSION: 1 });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  await using socket = await ann.open();
  await expect(ann.open()).rejects.toThrow("429");
  await using other = await bob.open();
  expect([await socket.query("who"), await other.query("who")]).toMatchObject([
    { result: { data: "ann" } },
    { result: { data: "bob" } },
  ]);
});

test("sockets are limited by user, over all their sessions, and another user's are not", async () => {
  await using started = await start({ MAX_CONNECTIONS_PER_USER: 2 });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const elsewhere = await ann.signInAgain();
  await using first = await ann.open();
  await using second = await elsewhere.open();
  await expect(elsewhere.open()).rejects.toThrow("429");
  await using other = await bob.open();
  await using visitor = await app.open();
  expect([first, second, other, visitor].every(({ socket }) => socket.readyState === 1)).toBe(true);
  await first[Symbol.asyncDispose]();
  await expect.poll(() => app.app.services.connections.countOfUser(ann.id)).toBe(1);
  await using third = await elsewhere.open();
  expect(await third.query("who")).toMatchObject({ result: { data: "ann" } });
});

test("REL-34: while more memory is in use than may be, new sockets are refused, which the log tells once; those that are in go on", async () => {
  const settings = { MAX_MEMORY_PERCENT: 100 };
  await using started = await start(settings);
  const { app } = started;
  await using inside = await app.open();
  // What is measured cannot be chosen: what may be in use can.
  Object.assign(app.app.services.settings, { MAX_MEMORY_PERCENT: 0 });
  await expect(app.open()).rejects.toThrow("503");
  await expect(app.open()).rejects.toThrow("503");
  expect(await inside.query("anyone")).toHaveProperty("result");
  expect(app.logged.filter(({ facts }) => "why" in facts && facts.why === "memory")).toHaveLength(1);
  Object.assign(app.app.services.settings, settings);
  await using later = await app.open();
  expect(await later.query("anyone")).toHaveProperty("result");
});

test("a crowd that comes back while the database is away is told to come later, and the log once why", async () => {
  await using started = await start();
  const { app } = started;
  const ann = await app.signIn("ann");
  await app.db.close();
  const cookie = ann.cookie;
  for (let tried = 0; tried < 20; tried += 1) expect(await upgrade(app, "/trpc", { Cookie: cookie })).toContain("503");
  // Whoever shows no token is asked about nowhere.
  expect(await upgrade(app, "/trpc")).toContain("101");
  expect(app.logged.filter(({ message }) => message === "An upgrade failed")).toHaveLength(1);
});

test("REL-50: a crowd that comes at once is let in a few at a time, and calls are quick the while", async () => {
  await using started = await start({ MAX_CONNECTIONS_PER_IP: 10_000 });
  const { app } = started;
  const ann = await app.signIn("ann");
  await using inside = await ann.open();
  const took: number[] = [];
  let isOver = false;
  async function keepCalling() {
    while (!isOver) {
      const from = performance.now();
      await inside.query("who");
      took.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const calling = keepCalling();
  await using crowd = new AsyncDisposableStack();
  for (const socket of await Promise.all(Array.from({ length: 500 }, () => app.open()))) crowd.use(socket);
  isOver = true;
  await calling;

  expect(app.app.services.connections.size).toBe(501);
  // The crowd is made in this process as well.
  expect(Math.max(...took)).toBeLessThan(1000);
});

test("REL-50: where too many wait to be let in, the others are told to come later, each at another time", async () => {
  // None may wait: so all are too many.
  await using started = await start({ UPGRADE_QUEUE: 0 });
  const { app } = started;
  const answers = await Promise.all(Array.from({ length: 30 }, () => upgradeHead(app)));
  expect(answers.every((answer) => answer.startsWith("HTTP/1.1 503 "))).toBe(true);
  const seconds = answers.map((answer) => Number(/^retry-after: (\d+)\r$/im.exec(answer)?.[1]));
  expect(seconds.every((one) => one >= 1 && one <= 10)).toBe(true);
  expect(new Set(seconds).size).toBeGreaterThan(3);
  expect(app.logged.filter(({ facts }) => "why" in facts && facts.why === "busy")).toHaveLength(1);
});
