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
    "file://",
    "wss://app.example.com",
    "https://*.example.com/x",
    "https://*.EXAMPLE.com",
  ];
  for (const origin of origins) {
    const isTaken = passes(() => readEnvironment({ ALLOWED_ORIGINS: origin }));
    // Others have no pages, so nothing is lost: they are refused here, and never match there.
    if (/^(?:null|file:|wss:)/.test(origin)) expect(isTaken, origin).toBe(false);
    else expect(isTaken, origin).toBe(passes(() => createOriginCheck([origin])));
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
