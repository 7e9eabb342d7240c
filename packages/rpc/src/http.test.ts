import { request } from "node:http";
import { connect } from "node:net";

import { CspEvaluator } from "csp_evaluator";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";
import { expect, test, vi } from "vitest";

import { describeDatabases, sqliteDialect as sqlite } from "@app/services/databases";

import { exchange } from "./test/exchange.ts";
import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/index.ts";

/** fetch sets some headers by itself; this sends exactly what it is told. */
function send(
  app: TestApp,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
) {
  const { method = "POST", headers = {}, body } = options;
  return new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }>(
    (resolve, reject) => {
      const outgoing = request(`${app.url}${path}`, { method, headers, family: 4, host: "127.0.0.1" }, (response) => {
        let text = "";
        response.on("data", (data: Buffer) => (text += data.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    },
  );
}

/** Sends these bytes, and returns all that comes back. */
const json = { "content-type": "application/json" };

describeDatabases((dialect) => {
  test("LOG-01, LOG-02, LOG-14: right credentials set exactly one cookie, wrong ones none; answers are not stored", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const right = await app.http("auth.login", { input: { login: "ANN", password: ann.password } });
    expect(right.status).toBe(200);
    expect(right.headers.getSetCookie()).toHaveLength(1);
    expect(right.headers.getSetCookie()[0]).toMatch(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(right.headers.get("session-change")).toBe("signed-in");
    expect(right.headers.get("cache-control")).toBe("no-store");
    expect(JSON.stringify(await right.json())).not.toMatch(/hash|token|password/i);

    const cookie = right.headers.getSetCookie()[0]?.split(";", 1)[0];
    const me = await app.http("session.me", { method: "GET", cookie });
    expect(await me.json()).toMatchObject({ result: { data: { isAuthenticated: true, username: "ann" } } });
    expect(me.headers.get("cache-control")).toBe("no-store");
    expect(me.headers.get("vary")).toMatch(/cookie/i);

    const wrong = await app.http("auth.login", { input: { login: "ann", password: "not it, not it" } });
    const nobody = await app.http("auth.login", { input: { login: "nobody", password: "not it, not it" } });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.headers.getSetCookie()).toEqual([]);
    expect(await wrong.json()).toEqual(await nobody.json());
  });

  test("LOG-10, LOG-11: signing in over a session ends it; a failed sign-in leaves it alone", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await app.http("auth.login", { input: { login: "bob", password: "wrong, wrong" }, cookie: ann.cookie });
    expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });

    const switched = await app.http("auth.login", {
      input: { login: "bob", password: bob.password },
      cookie: ann.cookie,
    });
    expect(switched.headers.get("session-change")).toBe("switched");
    expect(await socket.closed).toEqual({ code: 4401, reason: "replaced" });
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
  });

  test("SES-04: a token the browser brings is never adopted", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const planted = `session=${"A".repeat(43)}`;
    const answer = await app.http("auth.login", { input: { login: "ann", password: ann.password }, cookie: planted });
    expect(answer.headers.getSetCookie()[0]).not.toContain("A".repeat(43));
    expect((await app.http("who", { method: "GET", cookie: planted })).status).toBe(401);
  });

  test("SES-05, SES-25: a cookie that comes twice is none, and a token is read from nowhere else", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const token = ann.cookie.split("=")[1] ?? "";
    expect((await app.http("who", { method: "GET", cookie: `${ann.cookie}; ${bob.cookie}` })).status).toBe(401);
    expect((await app.http("who", { method: "GET", headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect((await send(app, `/trpc/who?session=${token}`, { method: "GET" })).status).toBe(401);
    for (const input of [{ session: token }, { session: token, cookie: ann.cookie }])
      expect((await app.http("count", { input })).status).toBe(401);
  });

  test("SES-26: visiting as anonymous makes no session and sets no cookie", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const answer = await app.http("session.me", { method: "GET" });
    expect(answer.headers.getSetCookie()).toEqual([]);
    await using socket = await app.open();
    await socket.subscribe("session.snapshot");
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });

  test("OUT-11: signing out clears the cookie even while the database is away, and says that the rest is pending", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await app.db.close();
    const answer = await app.http("auth.logout", { cookie: ann.cookie });
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()[0]).toContain("Max-Age=0");
    expect(await answer.json()).toEqual({ result: { data: { session: "pending" } } });
  });

  test("OUT-01, OUT-02, OUT-04: signing out clears the cookie with its own attributes, kills the token, and can be repeated", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    for (const attempt of ["first", "second"]) {
      const answer = await app.http("auth.logout", { cookie: ann.cookie });
      expect(answer.status, attempt).toBe(200);
      expect(answer.headers.getSetCookie()).toEqual(["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]);
    }
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    await using socket = await ann.open();
    expect(await socket.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });
});

test("CSR-01 to CSR-07: an unsafe call runs only when a page of this origin can have sent it", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const { port } = new URL(app.url);
  const status = async (headers: Record<string, string>) =>
    (await send(app, "/trpc/count", { headers: { ...json, cookie: ann.cookie, ...headers } })).status;

  expect(await status({ origin: app.url, "sec-fetch-site": "same-origin" })).toBe(200);
  expect(await status({ "sec-fetch-site": "same-origin" })).toBe(200);
  expect(counts.mutations).toBe(2);
  const refused: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: `https://localhost:${port}` },
    { origin: "http://localhost:1" },
    { origin: "null" },
    { origin: `http://evil.localhost:${port}`, "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "none" },
    {},
  ];
  for (const headers of refused) expect(await status(headers), JSON.stringify(headers)).toBe(403);
  expect(counts.mutations).toBe(2);
  expect(app.logged.filter(({ message }) => message.includes("another site"))).toHaveLength(refused.length);
});

test("CSR-10: only JSON is read", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const common = { origin: app.url, cookie: ann.cookie };
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "APPLICATION/JSON ;x",
    "application/json;charset=utf-8;x=y",
    "application/json, text/plain",
    "text/json",
  ];
  for (const type of types)
    expect((await send(app, "/trpc/count", { headers: { ...common, "content-type": type } })).status, type).toBe(415);
  expect((await send(app, "/trpc/count", { headers: common })).status).toBe(415);
  // A tab at its end is no part of it (RFC 9110 §5.5): so it is JSON, and only a page of ours may send it.
  const withTab = { "content-type": "application/json\t", cookie: ann.cookie };
  expect((await send(app, "/trpc/count", { headers: withTab })).status).toBe(403);
  expect(counts.mutations).toBe(0);
  expect(
    (await send(app, "/trpc/count", { headers: { ...common, "content-type": "application/json; charset=utf-8" } }))
      .status,
  ).toBe(200);
});

test("CSR-11, HDR-09: other methods do nothing", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const headers = { ...json, origin: app.url, cookie: ann.cookie, "x-http-method-override": "POST" };
  for (const method of ["PUT", "DELETE", "PATCH", "TRACE"]) {
    expect((await send(app, "/trpc/count", { method, headers })).status, method).toBe(405);
  }
  expect((await send(app, "/trpc/count?_method=POST", { method: "GET", headers })).status).toBe(405);
  const { host } = new URL(app.url);
  for (const [verb, answer] of [
    ["CONNECT", /^HTTP\/1\.1 405 /],
    ["BREW", /^HTTP\/1\.1 400 /],
  ] as const)
    expect(await exchange(app, `${verb} /trpc/count HTTP/1.1\r\nHost: ${host}\r\n\r\n`), verb).toMatch(answer);
  expect(counts.mutations).toBe(0);
});

test("CSR-13: a foreign origin's preflight is refused, an allowed one's is answered for it alone", async () => {
  await using started = await startTestRouter(sqlite, { allowedOrigins: ["https://other.example"] });
  const { app } = started;
  const foreign = await send(app, "/trpc/count", { method: "OPTIONS", headers: { origin: "https://evil.example" } });
  expect(foreign.status).toBe(403);
  expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
  const allowed = await send(app, "/trpc/count", { method: "OPTIONS", headers: { origin: "https://other.example" } });
  expect(allowed.status).toBe(204);
  expect(allowed.headers["access-control-allow-origin"]).toBe("https://other.example");
  expect(allowed.headers["vary"]).toMatch(/origin/i);
});

test("REG-19: bodies of the wrong shape are refused with 400, too large ones with 413", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const headers = { ...json, origin: app.url };
  for (const body of ["", "[]", "1", "null", '"x"', "{", '{"username":{"a":{"b":{}}}}', "[".repeat(5000)]) {
    const { status } = await send(app, "/trpc/auth.register", { headers, body });
    expect(status, body.slice(0, 20)).toBe(400);
  }
  const large = await send(app, "/trpc/auth.register", {
    headers,
    body: JSON.stringify({ username: "x", password: "x".repeat(1024 * 1024) }),
  });
  expect(large.status).toBe(413);
});

test("a streamed batch is refused before anything runs, since its cookie would be lost", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  // tRPC streams for either header.
  for (const name of ["trpc-accept", "accept"]) {
    const headers = { [name]: "application/jsonl" };
    const answer = await app.http("count,auth.logout?batch=1", { input: { 0: null }, cookie: ann.cookie, headers });
    expect(answer.status, name).toBe(400);
  }
  expect(counts.mutations).toBe(0);
  expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
});

test("a request under way is answered when the app closes, though no socket is open", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  const slow = app.http("slow", { input: { ms: 300 }, cookie: ann.cookie });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await app.app.close();
  expect((await slow).status).toBe(200);
});

test("a body that does not come is not waited for for ever", async () => {
  await using started = await startTestRouter(sqlite, { settings: { REQUEST_SECONDS: 1, UPGRADE_SECONDS: 1 } });
  const { host, port } = new URL(started.app.url);
  const head = `POST /trpc/anyone HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${started.app.url}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
  const closed = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(head));
    socket.on("close", () => resolve(true));
    socket.on("data", () => {});
    setTimeout(() => resolve(false), 4500).unref();
  });
  expect(closed).toBe(true);
});

test("B1: what sets a cookie is refused over the socket, what streams is refused over HTTP; neither runs", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  await using socket = await app.open();
  const over = await socket.mutate("auth.login", { login: "ann", password: "whatever it is" });
  expect(over.error?.data).toMatchObject({ code: "BAD_REQUEST", reason: "WRONG_TRANSPORT" });
  const stream = await app.http("session.snapshot", { method: "GET" });
  // tRPC answers a stream's refusal inside the stream.
  expect(await stream.text()).toContain("WRONG_TRANSPORT");
});

test("B2: the request's facts are frozen and hold no session cookie", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await app.open(`theme=dark; ${ann.cookie}`, {
    "accept-language": "fr-CH, en",
    "x-forwarded-for": "6.6.6.6",
  });
  const facts = (await socket.query("request")).result?.data;
  expect(facts).toMatchObject({
    isFrozen: true,
    cookies: { theme: "dark" },
    path: "/trpc",
    ip: "127.0.0.1",
    protocol: "http",
    locale: "fr-CH",
  });
  expect(JSON.stringify(facts)).not.toContain(ann.cookie.split("=")[1]);
});

test("HDR-02: the content security policy gives csp_evaluator nothing to find but that the site's own scripts run", async () => {
  await using started = await startTestRouter(sqlite);
  const { headers } = await send(started.app, "/healthz", { method: "GET" });
  const findingsOf = (policy: string) =>
    new CspEvaluator(new CspParser(policy).csp).evaluate().map(({ severity, directive }) => ({ severity, directive }));
  // Files that users upload are sent with a policy of their own (send-file.ts).
  expect(findingsOf(String(headers["content-security-policy"]))).toEqual([
    { severity: Severity.MEDIUM_MAYBE, directive: "script-src" },
  ]);
  expect(findingsOf("default-src *")).toContainEqual({ severity: Severity.HIGH, directive: "default-src" });
});

test("HDR-02, HDR-08, HDR-15: every answer carries the security headers and says nothing of the software", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  for (const path of ["/healthz", "/readyz", "/nothing", "/trpc/session.me", "/trpc/nothing"]) {
    const { headers, text } = await send(app, path, { method: "GET" });
    expect(headers["content-security-policy"], path).toContain("default-src 'self'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-powered-by"] ?? headers["server"]).toBeUndefined();
    expect(headers["content-type"], path).toMatch(/^application\/json; charset=utf-8$/i);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  }
  const head = await send(app, "/healthz", { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, text: "" });
});

test("a request whose Host cannot be read, or that is not HTTP at all, is answered with 400 and the server lives", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  for (const text of [
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET //x HTTP/1.1\r\nHost: [\r\n\r\n",
    "NONSENSE\r\n\r\n",
    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
  ]) {
    expect(await exchange(app, text), text).toMatch(/^HTTP\/1\.1 400/);
  }
  expect((await app.http("anyone", { method: "GET" })).status).toBe(200);
});

test("a database that is away is answered with 503, and is not called an error of the caller", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await app.db.close();
  const answer = await app.http("who", { method: "GET", cookie: ann.cookie });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    error: { data: { code: "SERVICE_UNAVAILABLE", reason: "UNAVAILABLE" } },
  });
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  // It is patient with a database that does not answer for a moment.
  const isReady = async () => (await fetch(`${app.url}/readyz`)).status;
  await vi.waitFor(async () => expect(await isReady()).toBe(503), 10_000);
});
