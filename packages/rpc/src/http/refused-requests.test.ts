import { once } from "node:events";
import { connect } from "node:net";

import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect as sqlite } from "@app/services/databases";

import { listRules } from "../procedure/rule-list.ts";
import { startTestRouter } from "../test/start.ts";
import { createTestRouter } from "../test/test-router.ts";

const json = { "content-type": "application/json" };

describeDatabases((dialect) => {
  test("CSR-02, CSR-14: an attacker's own credentials, posted by another site, sign nobody in", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const eve = await app.signIn("eve");
    const sessionsBefore = await app.db.select().from(app.db.tables.sessions);
    const input = { login: "eve", password: eve.password };

    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const response = await fetch(`${app.url}/trpc/auth.login`, {
        method: "POST",
        headers: { ...json, ...headers },
        body: JSON.stringify(input),
      });
      expect(response.status, JSON.stringify(headers)).toBe(403);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual(sessionsBefore);
    expect((await app.http("auth.login", { input })).headers.getSetCookie()).toHaveLength(1);
  });

  test("CSR-17: a request whose sender goes away in the middle of its body has no effect", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    const { host, port } = new URL(app.url);
    const body = JSON.stringify({ ms: 0 });
    const head = [
      "POST /trpc/slow HTTP/1.1",
      `Host: ${host}`,
      `Origin: ${app.url}`,
      `Cookie: ${ann.cookie}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
    ];
    for (let sent = 0; sent < body.length; sent += 1) {
      const socket = connect(Number(port), "127.0.0.1");
      await once(socket, "connect");
      socket.end(`${head.join("\r\n")}\r\n\r\n${body.slice(0, sent)}`);
      socket.on("data", () => {});
      await once(socket, "close");
    }

    expect(counts.mutations).toBe(0);
    // Negative control: the same with all of its body.
    expect((await app.http("slow", { input: { ms: 0 }, cookie: ann.cookie })).status).toBe(200);
    expect(counts.mutations).toBe(1);
  });
});

test("CSR-02 to CSR-05: no mutation of the app is run for a page of another site, scheme or port", async () => {
  await using started = await startTestRouter(sqlite);
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  const { host, hostname, port } = new URL(app.url);
  const foreign: readonly Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: `https://${host}` },
    { origin: `http://${hostname}:${Number(port) + 1}` },
    { origin: "null" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    // A page that says nothing at all is none of ours.
    {},
  ];
  const mutations = listRules(createTestRouter().router).filter(({ type }) => type === "mutation");
  expect(mutations.length).toBeGreaterThan(20);
  for (const { path } of mutations) {
    for (const headers of foreign) {
      const answer = await fetch(`${app.url}/trpc/${path}`, {
        method: "POST",
        headers: { ...json, cookie: ann.cookie, ...headers },
        body: "{}",
      });
      expect(answer.status, `${path} ${JSON.stringify(headers)}`).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  }
  expect(counts.mutations).toBe(0);
  expect((await app.http("count", { cookie: ann.cookie })).status).toBe(200);
});

test("CSR-16: a refused request is logged once, with its origin and path, and nothing of its body or query", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const secret = "what only the sender knows";
  const headers = { ...json, origin: "https://evil.example", cookie: "session=a-cookie-that-came-along" };
  const body = JSON.stringify({ login: "ann", password: secret });
  await fetch(`${app.url}/trpc/auth.login?password=${encodeURIComponent(secret)}`, { method: "POST", headers, body });

  expect(app.logged).toEqual([
    {
      level: "warn",
      message: "A request from another site was refused",
      facts: {
        origin: "https://evil.example",
        path: "/trpc/auth.login",
        method: "POST",
        requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      },
    },
  ]);
});

test("LOG-13: a password in the query signs nobody in, and is not logged", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  const input = { login: "ann", password: ann.password };

  const asQuery = await app.http("auth.login", { method: "GET", input });
  const query = new URLSearchParams(input).toString();
  const beside = await app.http(`auth.login?${query}`, { input: {} });

  expect([asQuery.status, beside.status]).toEqual([405, 400]);
  for (const answer of [asQuery, beside]) expect(answer.headers.getSetCookie()).toEqual([]);
  expect(JSON.stringify(app.logged)).not.toContain("a password of some length");
});

test("RED-04: where to go next is no part of a sign-in: whatever is sent as such is refused, and never a 500", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  for (const next of [["/a", "/b"], { path: "/a" }, 7, null, "https://evil.example", "/notes"]) {
    const answer = await app.http("auth.login", { input: { login: "ann", password: ann.password, next } });
    expect(answer.status, JSON.stringify(next)).toBe(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get("location")).toBeNull();
  }
});

test("RED-04: an unknown field is named, whatever its name, and of very many only some", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const fieldsOf = async (input: unknown) => {
    const answer = await app.http("auth.login", { input });
    return ((await answer.json()) as { error: { data: { fields: object } } }).error.data.fields;
  };
  const login = { login: "ann", password: "a password of some length" };

  expect(await fieldsOf({ ...login, nxet: "/notes" })).toEqual({ nxet: ["This field is not known."] });
  expect(await fieldsOf({ ...login, constructor: 1, toString: 2 })).toEqual({
    constructor: ["This field is not known."],
    toString: ["This field is not known."],
  });
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${"x".repeat(80)}${index}`, 1]));
  const told = Object.keys(await fieldsOf({ ...login, ...many }));
  expect(told.length).toBeLessThanOrEqual(20);
  expect(Math.max(...told.map((name) => name.length))).toBe(64);
});

test("HDR-12: what fails inside is told by an id and nothing else, and the log has the rest under it", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const answer = await app.http("boom", { method: "GET" });
  expect(answer.status).toBe(500);
  const text = await answer.text();
  const { error } = JSON.parse(text) as { error: { data: { errorId: string } } };
  expect(text).not.toMatch(/passwd|select|\.ts|at .*\(|stack/);
  const [entry, ...others] = app.logged.filter(({ level }) => level === "error");
  expect(others).toEqual([]);
  expect(entry?.facts).toMatchObject({
    errorId: error.data.errorId,
    err: { message: "select secret from /etc/passwd" },
  });
});

test("HDR-11: there is no panel, playground or debugger to be found", async () => {
  await using started = await startTestRouter(sqlite);
  for (const path of [
    "/panel",
    "/playground",
    "/trpc-panel",
    "/trpc-ui",
    "/graphql",
    "/debug",
    "/__inspect",
    "/metrics",
    "/trpc",
  ]) {
    const answer = await fetch(`${started.app.url}${path}`);
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get("content-type"), path).toMatch(/^application\/json; charset=utf-8$/i);
  }
});
