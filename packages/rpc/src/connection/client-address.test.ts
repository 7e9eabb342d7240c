import type { IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { parseTrustedProxies, readClientAddress } from "./client-address.ts";

function request(peer: string, headers: Record<string, string> = {}): IncomingMessage {
  // The cast: only these two parts are read.
  return { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
}

const nobody = parseTrustedProxies("");
const ours = parseTrustedProxies("10.0.0.0/8, loopback");

test("RAT-07, COO-02: forwarded headers of a peer that is no proxy of ours are ignored", () => {
  const headers = { "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https" };
  expect(readClientAddress(request("9.9.9.9", headers), nobody)).toEqual({ ip: "9.9.9.9", protocol: "http" });
  expect(readClientAddress(request("9.9.9.9", headers), ours)).toEqual({ ip: "9.9.9.9", protocol: "http" });
});

test("behind a proxy of ours the client is the last address that is not ours", () => {
  const headers = { "x-forwarded-for": "6.6.6.6, 1.2.3.4, 10.0.0.7", "x-forwarded-proto": "https" };
  expect(readClientAddress(request("127.0.0.1", headers), ours)).toEqual({ ip: "1.2.3.4", protocol: "https" });
});

test("a forwarded address that is none leaves the proxy's own", () => {
  expect(readClientAddress(request("10.0.0.7", { "x-forwarded-for": "<script>" }), ours).ip).toBe("10.0.0.7");
});

test("RAT-08: an IPv4-mapped peer is its IPv4 address", () => {
  expect(readClientAddress(request("::ffff:9.9.9.9"), nobody).ip).toBe("9.9.9.9");
});

test("a bad TRUST_PROXY names the variable", () => {
  expect(() => parseTrustedProxies("true")).toThrow("TRUST_PROXY");
  for (const range of ["10.0.0.0/40", "10.0.0.0/", "10.0.0.0/ 8", "10.0.0.0/-1", "10.0.0.0/1e1", "/8"]) {
    expect(() => parseTrustedProxies(range), range).toThrow("TRUST_PROXY");
  }
});
