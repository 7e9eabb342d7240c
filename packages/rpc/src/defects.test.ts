import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { cookieOf } from "./test/cookie-of.ts";
import { startTestRouter } from "./test/start.ts";

/** Defects that systems like this one have had. Those of rows are in the package `crud`, those of a page in the browser's tests. */
describeDatabases((dialect) => {
  test("§12: a rejection that does not stop the handler: what is refused has not run", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");
    await using visitor = await app.open();
    await using socket = await ann.open();

    expect((await visitor.mutate("count")).error?.data.code).toBe("UNAUTHORIZED");
    expect((await socket.mutate("slowReport", { ms: 0 })).error?.data.code).toBe("FORBIDDEN");
    expect((await app.http("count")).status).toBe(401);
    expect((await app.http("slowReport", { input: { ms: 0 }, cookie: ann.cookie })).status).toBe(403);
    expect(counts.mutations).toBe(0);

    expect(await socket.mutate("count")).toHaveProperty("result");
    expect(counts.mutations).toBe(1);
  });

  test("§12: sign-in cached with a sliding lifetime: traffic neither outlives the absolute end nor a session that was ended", async () => {
    let now = Date.now();
    const settings = { SESSION_IDLE_SECONDS: 600, SESSION_ABSOLUTE_SECONDS: 1800 };
    await using started = await startTestRouter(dialect, { clock: { now: () => now }, settings });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();

    for (let minute = 0; minute < 29; minute += 1) {
      now += 60_000;
      expect(await socket.query("who"), `minute ${minute}`).toHaveProperty("result");
      await expect.poll(async () => (await app.auth.sessions.list(ann.id))[0]?.lastUsedAt.getTime()).toBe(now);
    }
    now += 61_000;
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    // Refused, or closed before it is sent: the lease may have been faster.
    const refused = await socket.query("who").catch(() => null);
    expect(refused?.result).toBeUndefined();
    expect(await socket.closed).toMatchObject({ code: 4401 });

    now -= 29 * 60_000;
    expect((await app.http("who", { method: "GET", cookie: bob.cookie })).status).toBe(200);
    await app.db.delete(app.db.tables.sessions);
    expect((await app.http("who", { method: "GET", cookie: bob.cookie })).status).toBe(401);
  });

  test("§12: a sign-out of nobody that clears what is others': a visitor, and a made-up token, end no session", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const name = ann.cookie.split("=")[0];

    for (const cookie of [undefined, `${name}=`, `${name}=${"x".repeat(43)}`, "other=1"]) {
      const answer = await app.http("auth.logout", cookie === undefined ? {} : { cookie });
      expect(answer.status, String(cookie)).toBe(200);
    }
    expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });

    await app.http("auth.logout", { cookie: ann.cookie });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
  });

  test("§12: a failed sign-in that ends the present session: it goes on, under the same token", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();

    for (const login of ["ann", "bob", "nobody"]) {
      const answer = await app.http("auth.login", { input: { login, password: "not this one" }, cookie: ann.cookie });
      expect(answer.headers.getSetCookie(), login).toEqual([]);
    }

    expect(await socket.query("who")).toMatchObject({ result: { data: "ann" } });
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
    const signedIn = await app.http("auth.login", { input: { login: "bob", password: bob.password } });
    expect((await app.http("who", { method: "GET", cookie: cookieOf(signedIn) })).status).toBe(200);
  });

  test("§12: a live subscription that survives the sign-out: nothing is sent on it, and its socket is closed", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const id = await socket.subscribe("session.snapshot");
    const otherId = await other.subscribe("session.snapshot");
    await socket.data(id, 1);
    await other.data(otherId, 1);

    await app.http("auth.logout", { cookie: ann.cookie });
    expect(await socket.closed).toEqual({ code: 4401, reason: "signed_out" });
    const { length } = socket.texts;
    for (const user of [ann, bob]) await app.auth.rights.grant(user.id, "reports.view");

    expect((await other.data(otherId, 2)).at(-1)).toMatchObject({ username: "bob" });
    expect(socket.texts).toHaveLength(length);
    expect(socket.texts.slice(-1).join("")).not.toContain("reports.view");
  });

  test("§12: an Origin of everybody's: a page of another site opens no socket and makes no call with the cookie", async () => {
    await using started = await startTestRouter(dialect);
    const { app, counts } = started;
    const ann = await app.signIn("ann");

    for (const origin of ["https://evil.example", `${app.url}.evil.example`, "null", "*"]) {
      await expect(app.open(ann.cookie, { origin }), origin).rejects.toThrow("403");
      const answer = await app.http("count", { cookie: ann.cookie, headers: { origin } });
      expect(answer.status, origin).toBe(403);
    }
    expect(counts.mutations).toBe(0);
    await using socket = await ann.open();
    expect(await socket.query("who")).toHaveProperty("result");
  });
});
