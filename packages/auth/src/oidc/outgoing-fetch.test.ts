import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";

import { expect, test } from "vitest";

import { RefusedAddress } from "./outgoing-address.ts";
import { createOutgoingFetch, isTimeout, isUnavailable } from "./outgoing-fetch.ts";

const here = { allowPrivate: false, allowLoopback: true };
const outside = { allowPrivate: false, allowLoopback: false };
const asked = { method: "GET", headers: {}, body: undefined, redirect: "manual" } as const;

test("a private address is not called: by digits, by name, or where a redirect leads", async () => {
  let calls = 0;
  await using server = await listen((path) => {
    calls += 1;
    return path === "/away" ? { status: 302, headers: { location: "/" } } : { status: 200 };
  });
  const { port } = server;
  const fetchOutside = createOutgoingFetch(outside);
  for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"]) {
    await expect(fetchOutside(`http://${host}:${port}/`, asked)).rejects.toThrow(Error);
    const answer = fetchOutside(`https://${host}:${port}/`, asked);
    await expect(answer).rejects.toSatisfy(isRefusedAddress);
  }
  await expect(createOutgoingFetch(here)("http://example.com/", asked)).rejects.toThrow("use https");
  expect(calls).toBe(0);

  const fetchHere = createOutgoingFetch(here);
  expect((await fetchHere(`http://localhost:${port}/away`, asked)).status).toBe(302);
  expect(calls).toBe(1);
  expect((await fetchHere(`http://127.0.0.1:${port}/`, asked)).status).toBe(200);
});

test("an answer has a mebibyte at most, however it is packed, and one that is none is unavailable", async () => {
  await using server = await listen((path) => {
    if (path === "/busy") return { status: 503 };
    return { status: 200, body: "x".repeat(path === "/most" ? 1024 * 1024 : 1024 * 1024 + 1) };
  });
  const fetchHere = createOutgoingFetch(here);
  const at = (path: string) => fetchHere(`http://127.0.0.1:${server.port}${path}`, asked);
  expect((await (await at("/most")).text()).length).toBe(1024 * 1024);
  await expect(at("/more")).rejects.toSatisfy(isUnavailable);
  await expect(at("/busy")).rejects.toSatisfy(isUnavailable);
  await expect(fetchHere("http://127.0.0.1:9/", asked)).rejects.toSatisfy(isUnavailable);
});

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

test.each<{ readonly what: string; readonly serve: (socket: Socket) => void }>([
  { what: "says nothing", serve() {} },
  { what: "hangs up", serve: (socket) => void socket.end() },
  { what: "never ends its headers", serve: (socket) => drip(socket, "HTTP/1.1 200 OK\r\n", "a: b\r\n") },
  { what: "sends a little now and then", serve: (socket) => drip(socket, `${head}content-length: 9999\r\n\r\n`, " ") },
  { what: "sends 100 MB", serve: (socket) => flood(socket, `${head}content-length: 104857600\r\n\r\n`) },
  { what: "sends 100 MB of headers", serve: (socket) => flood(socket, "HTTP/1.1 200 OK\r\nx: ") },
])("REL-38: a provider that $what is given up in time, and nothing of it is kept", async ({ serve }) => {
  await using server = await listenRaw(serve);
  const fetchHere = createOutgoingFetch(here, { longestMs: 300 });
  const before = process.memoryUsage().rss;
  const from = performance.now();

  const calls = Array.from({ length: 5 }, () => fetchHere(`http://127.0.0.1:${server.port}/`, asked));
  await Promise.all(calls.map((call) => expect(call).rejects.toSatisfy(isUnavailable)));

  expect(performance.now() - from).toBeLessThan(300 * slowMachine);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  // For a second others could be asked over a connection of theirs.
  await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
});

test("REL-38: a name that is not known is unavailable at once, and one that no name server answers for is given up in time", async () => {
  const unknown = createOutgoingFetch(outside, {
    resolve: (_, __, callback) => callback(Object.assign(new Error("not found"), { code: "ENOTFOUND" }), []),
  });
  await expect(unknown("https://login.example/", asked)).rejects.toSatisfy(isUnavailable);

  let looks = 0;
  const silent = createOutgoingFetch(outside, { longestMs: 300, resolve: () => void (looks += 1) });
  const from = performance.now();
  const failure: unknown = await silent("https://login.example/", asked).catch((error: unknown) => error);
  expect([isUnavailable(failure), isTimeout(failure), looks]).toEqual([true, true, 1]);
  expect(performance.now() - from).toBeLessThan(300 * slowMachine);
});

/** Times are for telling whether there is an end, not how fast this machine is. */
const slowMachine = 10;

function drip(socket: Socket, first: string, then: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(then), 20);
  socket.on("close", () => clearInterval(timer));
}

/** As fast as it is taken. */
function flood(socket: Socket, first: string): void {
  socket.write(first);
  const chunk = Buffer.alloc(65_536, "x");
  let left = 1600;
  const go = () => {
    while (left > 0 && socket.writable) {
      left -= 1;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on("drain", go);
  go();
}

async function listenRaw(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", () => serve(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isRefusedAddress(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof RefusedAddress) return true;
  return false;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function listen(answer: (path: string) => Answer) {
  const server: Server = createServer((request, response) => {
    const { status, headers = {}, body = "" } = answer(request.url ?? "");
    response.writeHead(status, { ...headers, connection: "close" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
