import { once } from "node:events";
import { connect } from "node:net";

import { expect, test, vi } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";
import { SessionEndReason } from "@countersign/contract";

import { startTestRouter } from "./test/start.ts";
import type { RawSocket, TestApp, TestUser } from "./testing/index.ts";

const refusedUpgrades: readonly (readonly [
  target: string,
  headers: Readonly<Record<string, string>>,
  status: string,
])[] = [
  ["//", {}, "400"],
  ["/trpc%zz", {}, "400"],
  ["/trpc", { Host: "[" }, "400"],
  ["/trpc/", {}, "404"],
  ["/trpc", { Origin: "https://evil.example" }, "403"],
  ["/trpc?connectionParams=1", {}, "400"],
];

test("WSK-04: what is refused before anybody signed in is refused in the middle of a subscription, which goes on", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  const id = await socket.subscribe("session.snapshot");
  await socket.data(id, 1);

  for (const [target, headers, status] of refusedUpgrades) {
    expect(await upgrade(app, target, { Cookie: ann.cookie, ...headers }), target).toContain(status);
  }
  for (const bad of [
    "{",
    "[]",
    { id: null, method: "query", params: { path: "who" } },
    { id: 7, method: "nonsense" },
  ]) {
    const before = socket.frames.length;
    socket.send(bad);
    await socket.until(() => socket.frames.slice(before).some(({ error }) => error?.data.code === "PARSE_ERROR"));
  }

  await app.auth.rights.grant(ann.id, "reports.view");
  expect(await socket.data(id, 2)).toMatchObject([{ permissions: [] }, { permissions: ["reports.view"] }]);
});

test("WSK-07: an allowed Origin is let in with its cookie, and what one app allows is not allowed by another in this process", async () => {
  const [here, there] = ["https://here.example", "https://there.example"];
  await using first = await startTestRouter(sqlite, { allowedOrigins: [here] });
  await using second = await startTestRouter(sqlite, { allowedOrigins: [there] });
  const ann = await first.app.signIn("ann");

  // In both orders, and each twice: what was decided before decides nothing.
  for (const round of [1, 2]) {
    expect(await upgrade(first.app, "/trpc", { Origin: here }), `${round}`).toContain("101");
    expect(await upgrade(second.app, "/trpc", { Origin: here }), `${round}`).toContain("403");
    expect(await upgrade(second.app, "/trpc", { Origin: there }), `${round}`).toContain("101");
    expect(await upgrade(first.app, "/trpc", { Origin: there }), `${round}`).toContain("403");
  }
  await using socket = await first.app.open(ann.cookie, { origin: here });
  expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });
});

test("WSK-10: without a session that lives the socket is nobody's: public procedures only, and nothing throws", async () => {
  let now = Date.now();
  await using started = await startTestRouter(sqlite, {
    clock: { now: () => now },
    settings: { SESSION_IDLE_SECONDS: 600 },
  });
  const { app } = started;
  const ann = await app.signIn("ann");
  now += 601_000;
  const { name } = app.app.services.cookie;
  const cookies = [
    undefined,
    "",
    name,
    `${name}=`,
    `${name}=garbage`,
    `${name}=%zz`,
    `${name}=${"A".repeat(43)}`,
    ann.cookie,
  ];
  for (const cookie of [...cookies, `${name}="${"x".repeat(4000)}"`, "=; ;;=;", "\u00ff=1"]) {
    await using socket = await app.open(cookie);
    expect(await socket.query("anyone"), cookie).toMatchObject({ result: { data: null } });
    expect(await socket.query("who"), cookie).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
  }
  expect(app.logged.filter(({ level }) => level === "error")).toEqual([]);
});

const endings: readonly (readonly [name: string, end: (app: TestApp, user: TestUser) => Promise<unknown>])[] = [
  ["signing out", (app, { cookie }) => app.http("auth.logout", { cookie })],
  ["a new password", (app, { cookie, password }) => changePassword(app, cookie, password)],
  ["deactivation", (app, { id }) => app.auth.accounts.setActive(id, false)],
];

test.each(endings)("WSK-20: %s in another browser closes the socket with 4401 within a second", async (_name, end) => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  const elsewhere = await ann.signInAgain();
  const bob = await app.signIn("bob");
  await using socket = await ann.open();
  await using other = await bob.open();
  const from = performance.now();
  const isSignOut = end === endings[0]?.[1];

  await end(app, isSignOut ? ann : { ...ann, cookie: elsewhere.cookie });

  expect(await socket.closed).toMatchObject({ code: 4401 });
  expect(performance.now() - from).toBeLessThan(1000);
  expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
});

test("WSK-20: where nothing is told, the socket is closed by the lease", async () => {
  await using started = await startTestRouter(sqlite, { isDeaf: true, settings: { LEASE_SECONDS: 1 } });
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  const from = performance.now();
  await app.auth.accounts.setActive(ann.id, false);
  expect(await socket.closed).toMatchObject({ code: 4401 });
  expect(performance.now() - from).toBeLessThan(2000);
});

test("WSK-34: a mutation that is repeated in one batch counts as often as it is there", async () => {
  await using started = await startTestRouter(sqlite, { settings: { CALLS_PER_SECOND: 1, CALLS_BURST: 10 } });
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  socket.send(Array.from({ length: 14 }, (_, id) => ({ id, method: "mutation", params: { path: "count" } })));
  await socket.until(() => socket.frames.length === 14);
  const refused = socket.frames.filter(({ error }) => error?.data["reason"] === "RATE_LIMITED");
  expect(refused).toHaveLength(4);
  expect(counts.mutations).toBe(10);
});

test("WSK-40: five hundred half handshakes, and heads that come byte by byte, are ended; others are served meanwhile", async () => {
  await using started = await startTestRouter(sqlite, { settings: { UPGRADE_SECONDS: 1, REQUEST_SECONDS: 1 } });
  const { app } = started;
  await using inside = await app.open();
  const port = Number(new URL(app.url).port);
  const from = performance.now();
  const slow = Array.from({ length: 500 }, (_, index) => sendSlowly(port, index % 2 === 0));

  expect(await inside.query("anyone")).toHaveProperty("result");
  await using newcomer = await app.open();
  expect(await newcomer.query("anyone")).toHaveProperty("result");
  expect((await app.http("anyone", { method: "GET" })).status).toBe(200);
  await Promise.all(slow);
  expect(performance.now() - from).toBeLessThan(8000);
}, 20_000);

test("WSK-42: a client that shares no code with the server speaks with it: texts, fragments, pings and close codes", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  // Node's own, which is not built on `ws`.
  const client = new WebSocket(`${app.url.replace("http", "ws")}/trpc`, { headers: { origin: app.url } });
  await once(client, "open");
  const answered = once(client, "message") as Promise<[{ readonly data: string }]>;
  client.send(JSON.stringify({ id: 1, method: "query", params: { path: "anyone" } }));
  const [{ data }] = await answered;
  expect(JSON.parse(data)).toMatchObject({ id: 1, result: { data: null } });
  const closed = once(client, "close") as Promise<[CloseEvent]>;
  client.close(3001, "done");
  const [{ code, wasClean }] = await closed;
  expect([code, wasClean]).toEqual([3001, true]);

  // By hand: one text in three fragments with a ping in between.
  const byHand = await openByHand(app);
  const text = JSON.stringify({ id: 2, method: "query", params: { path: "anyone" } });
  byHand.write(frame(0x01, text.slice(0, 10)));
  byHand.write(frame(0x89, "are you there"));
  byHand.write(frame(0x00, text.slice(10, 20)));
  byHand.write(frame(0x80, text.slice(20)));
  await expect.poll(() => byHand.received()).toContain('"id":2');
  expect(byHand.received()).toContain("are you there");
  byHand.write(frame(0x88, "\u0003\u00e8"));
  await byHand.closed;
});

test("WSK-43: no reason of a close is longer than a frame may hold, or says more than a word of the list", async () => {
  for (const reason of SessionEndReason.options) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  await using started = await startTestRouter(sqlite, {
    settings: { BAD_FRAMES: 1, CALLS_PER_SECOND: 10, CALLS_BURST: 10 },
  });
  const { app } = started;
  const ann = await app.signIn("ann");
  const ways: readonly ((socket: RawSocket) => unknown)[] = [
    (socket) => [socket.send("{"), socket.send(`{${ann.cookie}`)],
    (socket) => Array.from({ length: 60 }, () => socket.send("PING")),
    (socket) => socket.send(`{"id":1,"method":"query","params":{"path":"${"x".repeat(70_000)}"}}`),
    () => app.http("auth.logout", { cookie: ann.cookie }),
  ];
  const known = ["too many malformed messages", "too many messages", "", ...SessionEndReason.options];
  // All before one floods: then no other is let in.
  const sockets = await Promise.all(ways.map(async (way) => [way, await ann.open()] as const));
  for (const [way, socket] of sockets) {
    await way(socket);
    const { code, reason } = await socket.closed;
    expect(code).toBeGreaterThanOrEqual(1008);
    expect(known).toContain(reason);
  }
});

test("WSK-46: a log that throws ends nothing: the call fails, what is refused is refused, others are answered", async () => {
  let lines = 0;
  const broken = () => {
    lines += 1;
    throw new Error("The disk of the log is full.");
  };
  const log = { debug: broken, info: broken, warn: broken, error: broken };
  await using started = await startTestRouter(sqlite, { log });
  const { app } = started;
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);

  await using socket = await app.open();
  const failed = await socket.query("boom");
  expect(failed.error?.data.code).toBe("INTERNAL_SERVER_ERROR");
  expect(failed.error?.data["errorId"]).toHaveLength(36);
  expect(JSON.stringify(failed)).not.toContain("passwd");
  expect(await upgrade(app, "/trpc", { Origin: "https://evil.example" })).toContain("403");
  expect((await app.http("boom", { method: "GET" })).status).toBe(500);
  expect(await socket.query("anyone")).toHaveProperty("result");
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("unhandledRejection", onRejection);
  const lost = said.mock.calls.filter(([line]) => String(line).includes("The log cannot be written"));
  said.mockRestore();
  expect(rejections).toEqual([]);
  expect(lines).toBeGreaterThanOrEqual(3);
  expect(lost).toHaveLength(1);
});

test("COO-07: what differs by user is stored by nobody, and names the cookie it differs by", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  for (const cookie of [undefined, ann.cookie]) {
    for (const path of ["who", "anyone", "session.me", "no.such"]) {
      const { headers } = await app.http(path, { method: "GET", cookie });
      expect(headers.get("cache-control"), path).toBe("no-store");
      expect(headers.get("vary")?.toLowerCase(), path).toContain("cookie");
    }
  }
});

async function changePassword(app: TestApp, cookie: string, current: string): Promise<void> {
  const input = { current, password: "another one of some length" };
  const answer = await app.http("account.changePassword", { cookie, input });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Sends the head of an upgrade and returns the first line of the answer. */
function upgrade(app: TestApp, target: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1", () =>
      socket.write(upgradeHead(app, target, headers)),
    );
    socket.once("data", (data) => {
      resolve(data.toString("latin1").split("\r\n", 1)[0] ?? "");
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(""));
  });
}

function upgradeHead(app: TestApp, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: new URL(app.url).host,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    Origin: app.url,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Begins the head of an upgrade, and goes on byte by byte or not at all; resolves when the server has ended it. */
function sendSlowly(port: number, goesOn: boolean): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET /trpc HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    const timer = goesOn ? setInterval(() => socket.write("x"), 200) : null;
    socket.resume();
    socket.on("error", () => {});
    socket.once("close", () => {
      if (timer) clearInterval(timer);
      resolve();
    });
  });
}

async function openByHand(app: TestApp) {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  let received = "";
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  socket.on("error", () => {});
  socket.on("data", (data) => (received += data.toString("latin1")));
  socket.write(upgradeHead(app, "/trpc"));
  await expect.poll(() => received).toContain("101 Switching Protocols");
  return { write: (bytes: Buffer) => void socket.write(bytes), received: () => received, closed };
}

/** A masked frame with a short payload (RFC 6455 §5.2); `text` in Latin-1. */
function frame(first: number, text: string): Buffer {
  const data = Buffer.from(text, "latin1");
  const mask = Buffer.from([1, 2, 3, 4]);
  for (let index = 0; index < data.length; index += 1) data[index] = (data[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return Buffer.concat([Buffer.from([first, 0x80 | data.length]), mask, data]);
}
