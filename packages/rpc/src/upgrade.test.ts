import { connect } from "node:net";

import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/index.ts";

const start = (settings = {}) => startTestRouter(sqlite, { settings });

/** Sends raw bytes and returns the first line of the answer. */
function raw(app: TestApp, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("error", () => resolve(answer.split("\r\n", 1)[0] ?? ""));
    socket.on("close", () => resolve(answer.split("\r\n", 1)[0] ?? ""));
    socket.setTimeout(2000, () => socket.destroy());
  });
}

function upgrade(app: TestApp, target: string, headers: Record<string, string> = {}): Promise<string> {
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
  return raw(app, `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
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
