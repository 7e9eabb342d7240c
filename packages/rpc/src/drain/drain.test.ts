import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "../test/start.ts";

const notice = '{"id":null,"method":"reconnect"}';
const times = { settleMs: 200, drainMs: 600, finishMs: 2000 };

test("readiness goes at once; while balancers have not seen it, sockets and requests are still taken", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const closing = app.app.close({ ...times, settleMs: 400 });

  expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  const answer = await app.http("anyone", { method: "GET" });
  expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
  const late = await app.open();
  expect(await late.query("anyone")).toHaveProperty("result");
  // It came in while the server was about to go: it is asked to move like all others.
  await expect.poll(() => late.texts).toContain(notice);
  late.socket.close();
  await closing;
  await expect(fetch(`${app.url}/healthz`)).rejects.toThrow("fetch failed");
});

test("all sockets are asked to move, spread over the time they have, and answer until they do", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const sockets = await Promise.all(Array.from({ length: 120 }, () => app.open()));
  const askedAt: number[] = [];
  for (const { socket } of sockets)
    socket.on("message", (data: Buffer) => data.toString() === notice && askedAt.push(performance.now()));

  const closing = app.app.close({ settleMs: 0, drainMs: 3000, finishMs: 2000 });
  await expect.poll(() => askedAt.length, { timeout: 4000 }).toBe(120);
  // Five batches of twenty-five, a tenth of a second apart.
  expect(Math.max(...askedAt) - Math.min(...askedAt)).toBeGreaterThan(150);
  expect((await Promise.all(sockets.map((socket) => socket.query("anyone")))).every(({ result }) => result)).toBe(true);
  const leftAt = performance.now();
  for (const { socket } of sockets) socket.close();
  await closing;
  // Nobody is left: nobody is waited for.
  expect(performance.now() - leftAt).toBeLessThan(1000);
});

test("a socket that stays is closed with 1012 behind the answer of what it had begun; what it asks by then is refused, not executed", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const socket = await ann.open();
  const closing = app.app.close({ ...times, settleMs: 0, drainMs: 300 });
  const slow = socket.mutate("slow", { ms: 1200 });
  await expect.poll(() => isLeaving(app.app.services.connections), { timeout: 2000 }).toBe(true);

  const refused = await socket.mutate("count");
  expect(refused.error?.data).toMatchObject({ code: "SERVICE_UNAVAILABLE", reason: "STALE_CONNECTION" });
  expect(await slow).toMatchObject({ result: { data: 1 } });
  expect(await socket.closed).toEqual({ code: 1012, reason: "drained" });
  await closing;
  expect(counts.mutations).toBe(1);
});

test("what is not finished in time is cut, without the promise that it was not executed", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  const socket = await ann.open();
  socket.send({ id: 1, method: "mutation", params: { path: "slow", input: { ms: 4000 } } });
  await expect.poll(() => [...app.app.services.connections][0]?.running).toBe(1);
  const from = performance.now();

  await app.app.close({ settleMs: 0, drainMs: 200, finishMs: 300 });

  expect(await socket.closed).toEqual({ code: 1012, reason: "restart" });
  expect(performance.now() - from).toBeLessThan(3000);
});

test("an answer that is still on its way is not lost by the close behind it", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const socket = await app.open();
  socket.socket.pause();
  const large = socket.query("large", { bytes: 5_000_000 });
  await expect.poll(() => [...app.app.services.connections][0]?.socket.bufferedAmount ?? 0).toBeGreaterThan(100_000);

  const closing = app.app.close({ settleMs: 0, drainMs: 100, finishMs: 500 });
  await expect.poll(() => app.app.services.connections.size).toBe(0);
  socket.socket.resume();

  expect(String((await large).result?.data)).toHaveLength(5_000_000);
  expect(await socket.closed).toEqual({ code: 1012, reason: "drained" });
  await closing;
});

test("requests under way are answered, and their connections closed; those that come when all is being finished are refused with 503", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const { host, port } = new URL(app.url);
  const head = (path: string, length: number) =>
    [
      `POST /trpc/${path} HTTP/1.1`,
      `Host: ${host}`,
      `Origin: ${app.url}`,
      `Cookie: ${ann.cookie}`,
      "Content-Type: application/json",
      `Content-Length: ${length}`,
    ].join("\r\n") + "\r\n\r\n";
  const slow = app.http("slow", { input: { ms: 800 }, cookie: ann.cookie });
  // Their heads are not whole: connections that are neither idle nor under way.
  const [late, probe] = [await beginRequest(port), await beginRequest(port)];
  late.socket.write(head("count", 0).slice(0, 40));
  probe.socket.write("GET /healthz HTTP/1.1\r\n");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closing = app.app.close({ settleMs: 0, drainMs: 200, finishMs: 2500 });
  await new Promise((resolve) => setTimeout(resolve, 400));

  late.socket.write(head("count", 0).slice(40));
  probe.socket.write(`Host: ${host}\r\n\r\n`);
  const [answer, health] = await Promise.all([late.answer, probe.answer]);

  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer.toLowerCase()).toContain("retry-after: 1");
  expect(answer.toLowerCase()).toContain("connection: close");
  // It lives: whoever watches it must not think that it is to be killed.
  expect(health).toMatch(/^HTTP\/1\.1 200 /);
  const answered = await slow;
  expect([answered.status, answered.headers.get("connection")]).toEqual([200, "close"]);
  await closing;
  // The slow one, and not the late one.
  expect(counts.mutations).toBe(1);
});

/** Has the first of them been told to take no more? */
function isLeaving(connections: Iterable<{ readonly isLeaving: boolean }>): boolean {
  return [...connections].some((connection) => connection.isLeaving);
}

/** A connection over which a request can be sent piece by piece; `answer` is there when it is closed. */
async function beginRequest(port: string): Promise<{ readonly socket: Socket; readonly answer: Promise<string> }> {
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  return { socket, answer: text(socket) };
}
