import { execFileSync } from "node:child_process";
import { mkdtempDisposableSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { fillIn, readExample } from "./examples.ts";
import { proxies } from "./proxies.ts";

const root = new URL("../../../", import.meta.url);
const { MAX_CONNECTIONS, MAX_UPLOAD_BYTES, PING_SECONDS, PONG_SECONDS, UPGRADE_SECONDS } = defaultSettings;

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

test("proxies let go of a connection that is idle before the server closes it: a call sent at that moment would be lost, and told as 502", () => {
  const seconds = createServer().keepAliveTimeout / 1000;
  for (const idle of [numberIn("nginx.conf", /keepalive_timeout (\d+)s;/), numberIn("Caddyfile", /keepalive (\d+)s/)]) {
    expect(idle).toBeGreaterThan(0);
    expect(idle).toBeLessThan(seconds);
  }
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

test("proxies give requests their names, so that no client writes into the servers' log", () => {
  expect(directivesOf("nginx.conf")).toContain("proxy_set_header X-Request-Id      $request_id;");
  expect(directivesOf("haproxy.cfg")).toContain("http-request set-header X-Request-Id      %[uuid()]");
  expect(directivesOf("Caddyfile")).toContain("header_up X-Request-Id {http.request.uuid}");
});

test("HAProxy, whose one file this takes the place of, does not go on as root", () => {
  const all = directivesOf("haproxy.cfg");
  expect(all).toEqual(
    expect.arrayContaining(["user haproxy", "group haproxy", "chroot /var/lib/haproxy", "log global"]),
  );
});

test("nginx is told to take two connections for each socket that a server takes", () => {
  expect(numberIn("nginx.conf", /^# +events \{ worker_connections (\d+); \}$/m)).toBeGreaterThanOrEqual(
    2 * MAX_CONNECTIONS,
  );
  expect(numberIn("nginx.conf", /^# +worker_rlimit_nofile (\d+);$/m)).toBeGreaterThan(2 * MAX_CONNECTIONS);
});

test("the unit tries again for ever, but for settings that are wrong", () => {
  const unit = directivesOf("countersign.service");
  expect(unit).toEqual(
    expect.arrayContaining(["StartLimitIntervalSec=0", "Restart=always", "RestartPreventExitStatus=78"]),
  );
  // That is what such a server ends with.
  expect(readFileSync(new URL("apps/server/src/exit-code.ts", root), "utf8")).toContain("wrongSettings = 78;");
});

test("the command line of an installation has the server's settings, and nothing of the caller's environment", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "installed-"));
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at("environment"), "DATABASE_URL=sqlite:/srv/main.db\nMAIL_FROM=Example <hello@example.com>\n");
  writeFileSync(
    at("program.js"),
    "console.log(JSON.stringify({ env: process.env, words: process.argv.slice(2), cwd: process.cwd() }));",
  );
  const script = fillIn("countersign.sh", [
    ["user=countersign", `user=${userInfo().username}`],
    ["/var/lib/countersign", folder.path],
    ["/etc/countersign/environment", at("environment")],
    ["/opt/countersign/current/apps/server/dist/countersign.js", at("program.js")],
    ["/usr/bin/node", process.execPath],
  ]);
  writeFileSync(at("countersign"), script);

  const said = execFileSync("sh", [at("countersign"), "user", "create", "a b"], {
    env: { PATH: process.env["PATH"], DATABASE_URL: "sqlite:/elsewhere.db", REDIS_URL: "redis://elsewhere" },
    encoding: "utf8",
  });
  const { env, words, cwd } = JSON.parse(said) as { env: Record<string, string>; words: string[]; cwd: string };
  expect(env).toMatchObject({
    NODE_ENV: "production",
    DATABASE_URL: "sqlite:/srv/main.db",
    MAIL_FROM: "Example <hello@example.com>",
  });
  expect(env).not.toHaveProperty("REDIS_URL");
  expect(words).toEqual(["user", "create", "a b"]);
  expect(cwd).toBe(realpathSync(folder.path));
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
  "EX_CONFIG",
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
