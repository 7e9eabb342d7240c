import { mkdtempDisposableSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { readExample } from "./examples.ts";
import { proxies } from "./proxies.ts";

const root = new URL("../../../", import.meta.url);
const { MAX_UPLOAD_BYTES, PING_SECONDS, PONG_SECONDS, UPGRADE_SECONDS } = defaultSettings;

test("each setting that an example names is one", () => {
  const known = knownVariables();
  const named = exampleNames().flatMap((name) =>
    [...readExample(name).matchAll(variablePattern)].map(([variable]) => ({ name, variable })),
  );
  expect(named.filter(({ variable }) => !known.has(variable) && !ofOthers.has(variable))).toEqual([]);
  // The controls: they are found at all, and one that is none would be.
  expect(named).toContainEqual({ name: "nginx.conf", variable: "MAX_UPLOAD_BYTES" });
  expect(known.has("MAX_UPLOAD_BYTE")).toBe(false);
});

test("what the trial of a proxy changes in its example is in it", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "examples-"));
  const certificate = { certFile: "/cert.pem", keyFile: "/key.pem", bothFile: "/both.pem", cert: "" };
  for (const proxy of proxies) {
    const place = { folder: folder.path, certificate, httpsPort: 2, httpPort: 1, serverPorts: [3, 4] } as const;
    expect(() => proxy.prepare(place), proxy.name).not.toThrow();
  }
});

test("proxies wait longer for a quiet socket than it takes to ping it, and for a request no longer than the server", () => {
  const ping = PING_SECONDS + PONG_SECONDS;
  for (const pattern of [/proxy_read_timeout (\d+)s;/, /proxy_send_timeout (\d+)s;/])
    expect(numberIn("nginx.conf", pattern)).toBeGreaterThan(ping);
  expect(numberIn("haproxy.cfg", /timeout tunnel +(\d+)s/)).toBeGreaterThan(ping);
  expect(numberIn("nginx.conf", /client_header_timeout (\d+)s;/)).toBe(UPGRADE_SECONDS);
  expect(numberIn("haproxy.cfg", /timeout http-request +(\d+)s/)).toBe(UPGRADE_SECONDS);
  expect(numberIn("Caddyfile", /read_header (\d+)s/)).toBe(UPGRADE_SECONDS);
});

test("proxies let through what the server takes: it refuses what is larger itself", () => {
  expect(numberIn("nginx.conf", /client_max_body_size (\d+)m;/) * 1024 * 1024).toBeGreaterThan(MAX_UPLOAD_BYTES);
});

test("RAT-07: proxies set X-Forwarded-For, and append nothing to it", () => {
  expect(directivesOf("nginx.conf")).toContain("proxy_set_header X-Forwarded-For   $remote_addr;");
  expect(directivesOf("haproxy.cfg")).toContain("http-request set-header X-Forwarded-For   %[src]");
  expect(directivesOf("Caddyfile")).toContain("header_up X-Forwarded-For {remote_host}");
  const all = proxyExamples.flatMap(directivesOf).join("\n");
  expect(all).not.toMatch(/\$proxy_add_x_forwarded_for|option forwardfor|trusted_proxies|add-header X-Forwarded/);
});

test("no proxy binds people to a server, or repeats a call", () => {
  const all = proxyExamples.flatMap(directivesOf).join("\n");
  expect(all).not.toMatch(/ip_hash|sticky|cookie|balance source|non_idempotent|all-retryable-errors/);
});

test("health is asked where the server tells it", () => {
  const served = readFileSync(new URL("packages/rpc/src/http/http-app.ts", root), "utf8");
  for (const name of ["Caddyfile", "haproxy.cfg"]) expect(readExample(name)).toContain("/readyz");
  expect(served).toContain("/readyz");
});

test("a server has longer to drain than the thirty seconds it takes at most", () => {
  expect(numberIn("countersign.service", /TimeoutStopSec=(\d+)/)).toBeGreaterThan(30);
});

const variablePattern = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;

const proxyExamples = ["nginx.conf", "haproxy.cfg", "Caddyfile"];

/** What examples say to other programs than the server. */
const ofOthers = new Set([
  "AF_INET",
  "AF_INET6",
  "AF_UNIX",
  "NET_BIND_SERVICE",
  "NODE_IMAGE",
  "ON_ERROR_STOP",
  "POSTGRES_INITDB_ARGS",
  "POSTGRES_PASSWORD_FILE",
  "POSTGRES_USER",
  "REDISCLI_AUTH",
]);

/** All that a server reads: what the page of settings lists, which is made from it. */
function knownVariables(): ReadonlySet<string> {
  const page = readFileSync(new URL("docs/settings.md", root), "utf8");
  return new Set(page.match(variablePattern) ?? []);
}

function exampleNames(): string[] {
  return readdirSync(new URL("deploy", root)).filter((name) => name !== "secrets" && name !== ".env");
}

function numberIn(name: string, pattern: RegExp): number {
  const [, number] = pattern.exec(readExample(name)) ?? [];
  if (number === undefined) throw new Error(`deploy/${name} has no ${String(pattern)}.`);
  return Number(number);
}

/** The lines that are no comments. */
function directivesOf(name: string): string[] {
  const lines = readExample(name).split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
