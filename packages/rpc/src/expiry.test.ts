import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/index.ts";

const idleSeconds = 600;

/** A clock that only goes when it is told to. */
function stoppedClock() {
  let now = Date.now();
  return { now: () => now, goOn: (seconds: number) => void (now += seconds * 1000) };
}

async function expiryOf(app: TestApp, userId: string): Promise<number> {
  const { sessions } = app.db.tables;
  const [row] = await app.db.select().from(sessions).where(eq(sessions.userId, userId));
  return row?.expiresAt.getTime() ?? 0;
}

describeDatabases((dialect) => {
  test("EXP-04: heartbeats and what the client asks by itself do not keep a session alive, a call does", async () => {
    const clock = stoppedClock();
    await using started = await startTestRouter(dialect, { clock, settings: { SESSION_IDLE_SECONDS: idleSeconds } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    await socket.subscribe("session.snapshot");
    clock.goOn(idleSeconds / 2);
    const before = await expiryOf(app, ann.id);

    socket.socket.ping();
    socket.send("PING");
    await socket.query("session.me");
    await socket.query("account.sessions.list");
    await app.http("session.me", { method: "GET", cookie: ann.cookie });
    await other.query("who");

    await expect.poll(() => expiryOf(app, bob.id)).toBe(clock.now() + idleSeconds * 1000);
    expect(await expiryOf(app, ann.id)).toBe(before);
    clock.goOn(idleSeconds / 2 + 1);
    expect(await socket.closed).toEqual({ code: 4401, reason: "expired" });
    expect(await other.query("who")).toHaveProperty("result");
  });

  test("EXP-05: past its idle limit a session opens nothing, over HTTP or a socket, and its socket is told why", async () => {
    const clock = stoppedClock();
    await using started = await startTestRouter(dialect, { clock, settings: { SESSION_IDLE_SECONDS: idleSeconds } });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    clock.goOn(idleSeconds - 1);
    expect((await app.http("session.me", { method: "GET", cookie: ann.cookie })).status).toBe(200);

    clock.goOn(2);

    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect(await socket.closed).toEqual({ code: 4401, reason: "expired" });
    await using again = await ann.open();
    expect(await again.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
  });

  test("REM-04: signing out ends a remembered session, and clears its cookie", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const input = { login: "ann", password: ann.password, remember: true };
    const [remembered = ""] = (await app.http("auth.login", { input })).headers.getSetCookie();
    expect(remembered).toMatch(/; Max-Age=\d+/);
    const cookie = remembered.split(";", 1)[0];

    const [cleared] = (await app.http("auth.logout", { cookie })).headers.getSetCookie();

    expect(cleared).toMatch(/^session=; .*Max-Age=0$/);
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(401);
    // The device that was signed in before is another session.
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
  });

  test("REM-05, SES-22: a remembered cookie with one character changed, cut off or added is nobody's, and no error", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const input = { login: "ann", password: ann.password, remember: true };
    const [set = ""] = (await app.http("auth.login", { input })).headers.getSetCookie();
    const cookie = set.split(";", 1)[0] ?? "";
    const last = cookie.endsWith("A") ? "B" : "A";

    for (const wrong of [cookie.slice(0, -1) + last, cookie.slice(0, -1), `${cookie}A`, `${cookie}%00`, "session="]) {
      const answer = await app.http("session.me", { method: "GET", cookie: wrong });
      expect(answer.status, wrong).toBe(200);
      expect(await answer.json()).toEqual({ result: { data: { isAuthenticated: false } } });
      expect((await app.http("who", { method: "GET", cookie: wrong })).status).toBe(401);
      await using socket = await app.open(wrong);
      expect(await socket.query("who")).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    }
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(200);
  });
});
