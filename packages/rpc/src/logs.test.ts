import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect as sqlite } from "@app/services/databases";
import { openDatabase } from "@countersign/db";

import { shortHash } from "./observe/call-facts.ts";
import { startTestRouter } from "./test/start.ts";

describeDatabases((dialect) => {
  test("HDR-14: the log of everything somebody does names them, their session by a hash, and holds no secret", async () => {
    await using started = await startTestRouter(dialect, { logsCalls: true });
    const { app } = started;
    const secrets = ["a password that is the first", "a password that is another", "told to nobody"];
    const [first = "", second = "", told = ""] = secrets;
    const registered = await app.http("auth.register", { input: { username: "ann", password: first } });
    const cookies: string[] = [cookieOf(registered)];
    const cookie = () => cookies.at(-1);
    await using socket = await app.open(cookie());
    await socket.query("who");
    await socket.query("reports");
    await socket.query("echo", { text: told });
    await socket.query("boom");
    await app.http("anyone", { method: "GET", cookie: cookie(), headers: { authorization: `Bearer ${told}` } });
    await app.http("auth.login", { input: { login: "ann", password: told }, cookie: cookie() });
    cookies.push(
      cookieOf(await app.http("auth.login", { input: { login: "ann", password: first }, cookie: cookie() })),
    );
    const input = { current: first, password: second };
    const changed = await app.http("account.changePassword", { input, cookie: cookie() });
    cookies.push(cookieOf(changed));
    const elsewhere = { origin: "https://evil.example" };
    const refused = await app.http("auth.logout", { cookie: cookie(), headers: elsewhere });
    const left = await app.http("auth.logout", { cookie: cookie() });

    // What was refused unnoticed would have had nothing to say in the log.
    expect([registered, changed, refused, left].map(({ status }) => status)).toEqual([200, 200, 403, 200]);

    const text = JSON.stringify(app.logged, (_name, value: unknown) =>
      value instanceof Error ? String(value.stack) : value,
    );
    const tokens = cookies.map((one) => one.split("=")[1] ?? "?");
    expect(new Set(tokens).size).toBe(3);
    for (const secret of [...secrets, ...tokens]) expect(text).not.toContain(secret);

    const [user] = await app.db.select().from(app.db.tables.users);
    const who = app.logged.find(({ facts }) => "procedure" in facts && facts.procedure === "who");
    expect(who).toMatchObject({
      level: "debug",
      message: "A call",
      facts: { user: user?.id, type: "query", code: "OK" },
    });
    expect(who?.facts).toMatchObject({
      connection: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      session: expect.stringMatching(/^[\da-f]{12}$/) as string,
      ms: expect.any(Number) as number,
    });
    expect(app.logged.some(({ facts }) => "code" in facts && facts.code === "FORBIDDEN" && "reason" in facts)).toBe(
      true,
    );
  });
});

test("HDR-12: what is told of a failure is an id that stands in the log, beside who it was and over what", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  const overSocket = await socket.query("boom");
  const overHttp = await app.http("boom", { method: "GET", cookie: ann.cookie });
  const body = await overHttp.text();
  expect(body).not.toMatch(/passwd|stack|\.ts/);

  const [first, second] = app.logged.filter(({ message }) => message === "A call failed");
  expect(first?.facts).toMatchObject({
    errorId: overSocket.error?.data["errorId"],
    connection: [...app.app.services.connections][0]?.id,
    user: ann.id,
    session: shortHash(ann.principal.session.id),
  });
  const requestId = overHttp.headers.get("x-request-id");
  expect(second?.facts).toMatchObject({ requestId, user: ann.id, session: shortHash(ann.principal.session.id) });
  const { errorId = "" } = { ...(second?.facts as { readonly errorId?: string }) };
  expect(body).toContain(errorId);
});

test("why the database did not serve calls is told, once a minute for each reason, though the lease finds nothing wrong", async () => {
  await using started = await startTestRouter(sqlite, { databaseLimits: { lockTimeoutMs: 50 } });
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await using other = await openDatabase(started.databaseUrl, { migrations: [] });
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // As a copy or a shell does it: writes wait, and reads go on.
  const holding = other.transaction(async () => {
    begun.resolve();
    await released.promise;
  });
  await begun.promise;
  for (const [call, isOver] of [
    [() => socket.mutate("slow", { ms: 0 }), "socket"],
    [() => socket.mutate("slow", { ms: 0 }), "socket"],
    [async () => (await app.http("slow", { input: { ms: 0 }, cookie: ann.cookie })).json(), "http"],
  ] as const)
    expect(await call(), isOver).toMatchObject({ error: { data: { code: "SERVICE_UNAVAILABLE" } } });
  expect(await socket.query("who")).toHaveProperty("result");
  released.resolve();
  await holding;

  const lines = app.logged.filter(({ message }) => message === "The database did not serve a call");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: "warn",
    facts: { path: "slow", err: { message: expect.stringContaining("locked by another process") as string } },
  });
});

test("a request keeps the name a trusted proxy gave it, when that is one; nobody else names anything", async () => {
  await using behind = await startTestRouter(sqlite, { trustProxy: "loopback" });
  await using direct = await startTestRouter(sqlite);
  const idOf = async (url: string, given: string) =>
    (await fetch(`${url}/healthz`, { headers: { "x-request-id": given } })).headers.get("x-request-id");

  expect(await idOf(behind.app.url, "from-the-proxy-1")).toBe("from-the-proxy-1");
  expect(await idOf(direct.app.url, "from-the-proxy-1")).toMatch(/^[\da-f-]{36}$/);
  for (const wrong of ["short", "with a space in it", "x".repeat(129), '{"level":"error"}']) {
    expect(await idOf(behind.app.url, wrong), wrong).toMatch(/^[\da-f-]{36}$/);
  }
});

test("a flood of refusals is told in as many lines as are of use, and how many were left out", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  const { refusalLog } = app.app.services;
  for (let refused = 0; refused < 1000; refused += 1) refusalLog.write({ refused }, "A request was refused");
  const lines = app.logged.filter(({ message }) => message === "A request was refused");
  expect(lines.length).toBeGreaterThanOrEqual(100);
  expect(lines.length).toBeLessThan(110);
});

test("without a log that wants them, no line is made of a call", async () => {
  await using started = await startTestRouter(sqlite);
  expect(started.app.app.services.watchCall).toBeNull();
});

function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
