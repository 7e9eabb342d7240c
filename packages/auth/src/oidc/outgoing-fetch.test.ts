import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "vitest";

import { RefusedAddress } from "./outgoing-address.ts";
import { createOutgoingFetch, isUnavailable } from "./outgoing-fetch.ts";

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
