import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { exchange } from "../test/exchange.ts";
import { startTestRouter } from "../test/start.ts";

/** What is asked, and how it is answered: every way an answer is written. */
function requests(host: string): [name: string, request: string, status: number][] {
  const to = (line: string, ...headers: string[]) =>
    `${[`${line} HTTP/1.1`, `Host: ${host}`, ...headers].join("\r\n")}\r\n\r\n`;
  const upgrade = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  return [
    ["a page of the library", to("GET /healthz"), 200],
    ["an unknown path", to("GET /nothing.txt"), 404],
    ["a call that fails inside", to("GET /trpc/boom"), 500],
    ["a call from another site", to("POST /trpc/anyone", "Origin: https://evil.example"), 403],
    ["another method", to("DELETE /trpc/anyone", "Origin: https://app.example"), 405],
    ["a Host that cannot be read", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
    ["no HTTP at all", "NONSENSE\r\n\r\n", 400],
    ["a tunnel", to("CONNECT other.example:443"), 405],
    ["a page of the app", to("GET /notes", "Accept: text/html"), 200],
    ["a page that is there already", to("GET /notes", "Accept: text/html", "If-None-Match: *"), 304],
    ["an upgrade from another site", to("GET /trpc", ...upgrade, "Origin: https://evil.example"), 403],
    ["an upgrade elsewhere", to("GET /other", ...upgrade, "Origin: https://app.example"), 404],
  ];
}

test("HDR-01: over https every answer says that only https is to be used, also to what was refused", async () => {
  const publicUrl = "https://app.example";
  using site = mkdtempDisposableSync(join(tmpdir(), "site-"));
  writeFileSync(join(site.path, "index.html"), "<!doctype html><title>Tea</title>");
  const options = { publicUrl, allowedOrigins: [publicUrl], webFolder: site.path };
  await using started = await startTestRouter(sqlite, options);
  for (const [name, request, status] of requests("app.example")) {
    const answer = await exchange(started.app, request);
    expect(answer, name).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [, seconds] = /^strict-transport-security: max-age=(\d+); includeSubDomains\r$/im.exec(answer) ?? [];
    expect(Number(seconds), name).toBeGreaterThanOrEqual(31_536_000);
  }
});

test("over http nothing says so: this machine must stay reachable", async () => {
  await using started = await startTestRouter(sqlite, { allowedOrigins: ["https://app.example"] });
  for (const [name, request] of requests("app.example")) {
    const answer = await exchange(started.app, request);
    expect(answer, name).toMatch(/^HTTP\/1\.1 \d/);
    expect(answer.toLowerCase(), name).not.toContain("strict-transport-security");
  }
});

test("RST-13: no page tells another where its visitor comes from, for the address may hold the token of a mailed link", async () => {
  await using started = await startTestRouter(sqlite, { allowedOrigins: ["https://app.example"] });

  for (const path of ["/password-reset/confirm?token=secret", "/healthz", "/trpc/anyone"]) {
    const answer = await fetch(`${started.app.url}${path}`);
    expect(answer.headers.get("referrer-policy"), path).toBe("no-referrer");
  }
});
