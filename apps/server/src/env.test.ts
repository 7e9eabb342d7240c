import { expect, test } from "vitest";

import { readEnvironment } from "@countersign/ops";
import { createOriginCheck, parseTrustedProxies } from "@countersign/rpc";

// The environment is checked before the app is made, by code of its own: what passes there must not fail later, nor the reverse.
test("origins are taken by the environment if and only if the app takes them", () => {
  const origins = [
    "https://app.example.com",
    "https://app.example.com:8443",
    "http://localhost:5173",
    "http://[::1]:3000",
    "https://*.example.com",
    "https://*.example.com:8443",
    "http://*.example.com",
    "https://app.example.com/",
    "https://APP.example.com",
    "https://app.example.com:443",
    "https://*.com",
    "https://*",
    "*",
    "https://a.*.example.com",
    "https://ann@app.example.com",
    "app.example.com",
    "null",
    "https://*.example.com/x",
    "https://*.EXAMPLE.com",
  ];
  for (const origin of origins) {
    const isTaken = passes(() => readEnvironment({ ALLOWED_ORIGINS: origin }));
    expect(isTaken, origin).toBe(passes(() => createOriginCheck([origin])));
  }
  // No page has one of these: they would never match there.
  for (const origin of ["file://", "wss://app.example.com"]) {
    expect(
      passes(() => readEnvironment({ ALLOWED_ORIGINS: origin })),
      origin,
    ).toBe(false);
  }
});

test("proxies are taken by the environment if and only if the app takes them", () => {
  const proxies = [
    "loopback",
    "10.0.0.1",
    "10.0.0.0/8, loopback",
    "::1",
    "fd00::/8",
    "0.0.0.0/0",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8x",
    "10.0.0",
    "true",
    "proxy.internal",
    "10.0.0.1,nobody",
    "[::1]",
    "::ffff:10.0.0.5",
    "::ffff:0:0/96",
    "::ffff:0:0/129",
    "::/16",
  ];
  for (const proxy of proxies) {
    const isTaken = passes(() => readEnvironment({ TRUST_PROXY: proxy }));
    expect(isTaken, proxy).toBe(passes(() => parseTrustedProxies(proxy)));
  }
});

function passes(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
