import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { cookieOf } from "./test/cookie-of.ts";
import { startTestRouter } from "./test/start.ts";
import type { TestApp } from "./testing/test-app.ts";

const newPassword = "a new password of some length";
const staleMinutes = 11;

describeDatabases((dialect) => {
  test("SES-10, SES-11: what asks for a fresh session is allowed ten minutes after signing in, not eleven, and use does not help", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();

    time.pass(10);
    expect(await socket.mutate("fresh")).toHaveProperty("result");
    await app.http("who", { method: "GET", cookie: ann.cookie });
    time.pass(1);
    expect(await socket.mutate("fresh")).toMatchObject({ error: { data: { code: "FORBIDDEN", reason: "REAUTH" } } });
    const list = await socket.query("account.sessions.list");
    expect(list, "OUT-10").toMatchObject({ error: { data: { reason: "REAUTH" } } });
  });

  test("SES-07, SES-10: the password again makes the session fresh, under a new token, on this device only", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time });
    const { app } = started;
    const ann = await app.signIn("ann");
    const phone = await ann.signInAgain();
    await using socket = await ann.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    time.pass(staleMinutes);

    const answer = await app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("session-change")).toBe("rotated");
    const cookie = cookieOf(answer);
    expect(cookie).not.toBe(ann.cookie);
    const { user } = await dataOf(answer);
    expect(user).toMatchObject({ username: "ann", sessionId: ann.principal.session.id });
    expect(Date.parse((user as { authenticatedAt: string }).authenticatedAt)).toBe(time.now());
    // The other tabs of this browser are asked to come over; the old token opens nothing; the phone is as stale as before.
    await socket.until((frame) => frame.method === "reconnect");
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect((await app.http("fresh", { cookie })).status).toBe(200);
    expect((await app.http("fresh", { cookie: phone.cookie })).status).toBe(403);
    expect(await auditOf(app)).toContainEqual(["auth.step_up", "ok", null, "ann"]);
  });

  test("SES-13: neither a wrong password nor another user's makes a session fresher, whoever signs in beside", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    time.pass(staleMinutes);

    for (const password of ["wrong, wrong", bob.password]) {
      const answer = await app.http("auth.stepUp", { input: { password }, cookie: ann.cookie });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ error: { data: { reason: "WRONG_PASSWORD" } } });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    // Bob signs in elsewhere, then in Ann's browser: her session is his nowhere, and ends.
    await app.http("auth.login", { input: { login: "bob", password: bob.password } });
    expect((await app.http("fresh", { cookie: ann.cookie })).status).toBe(403);
    const login = await app.http("auth.login", { input: { login: "bob", password: bob.password }, cookie: ann.cookie });
    expect(login.headers.get("session-change")).toBe("switched");
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect(await dataOf(await app.http("who", { method: "GET", cookie: cookieOf(login) }))).toBe("bob");
    expect((await auditOf(app)).filter(([, outcome]) => outcome === "refused")).toEqual([
      ["auth.step_up", "refused", "wrong_password", "ann"],
      ["auth.step_up", "refused", "wrong_password", "ann"],
    ]);
  });

  test("RAT-01: the password of an open session is guessed no oftener than at the sign-in page, in all its procedures together", async () => {
    await using started = await startTestRouter(dialect, { settings: { LOGIN_ATTEMPTS: 3 } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const wrong = "wrong, wrong";
    await app.http("auth.stepUp", { input: { password: wrong }, cookie: ann.cookie });
    await app.http("account.changePassword", { input: { current: wrong, password: newPassword }, cookie: ann.cookie });
    await app.http("account.delete", { input: { password: wrong }, cookie: ann.cookie });

    for (const [path, input] of [
      ["auth.stepUp", { password: ann.password }],
      ["account.changePassword", { current: ann.password, password: newPassword }],
      ["account.delete", { password: ann.password }],
    ] as const) {
      const answer = await app.http(path, { input, cookie: ann.cookie });
      expect(answer.status, path).toBe(429);
      expect(answer.headers.get("retry-after")).toBe("180");
      expect(await answer.json()).toMatchObject({
        error: { data: { reason: "RATE_LIMITED", retryAfterSeconds: 180 } },
      });
    }
    expect((await app.http("auth.stepUp", { input: { password: bob.password }, cookie: bob.cookie })).status).toBe(200);
    expect(await app.db.$count(app.db.tables.users)).toBe(2);
  });

  test("PWD-01, PWD-04, PWD-05: the new password works and the old one does not; this device goes on, every other is out", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const phone = await ann.signInAgain();
    await using other = await phone.open();
    await using bobs = await bob.open();

    const answer = await app.http("account.changePassword", {
      input: { current: ann.password, password: newPassword },
      cookie: ann.cookie,
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("session-change")).toBe("rotated");
    expect(await other.closed).toEqual({ code: 4401, reason: "password_changed" });
    expect((await app.http("who", { method: "GET", cookie: phone.cookie })).status).toBe(401);
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    expect(await dataOf(await app.http("who", { method: "GET", cookie: cookieOf(answer) }))).toBe("ann");
    expect(await bobs.query("who")).toMatchObject({ result: { data: "bob" } });
    const login = (password: string) => app.http("auth.login", { input: { login: "ann", password } });
    expect([(await login(ann.password)).status, (await login(newPassword)).status]).toEqual([401, 200]);
    expect(JSON.stringify(await app.auth.audit.list({ limit: 100 }))).not.toMatch(/new password of some/);
  });

  test("PWD-02: a wrong present password changes nothing, and is counted", async () => {
    await using started = await startTestRouter(dialect, { settings: { LOGIN_ATTEMPTS: 1 } });
    const { app } = started;
    const ann = await app.signIn("ann");
    const change = (current: string) =>
      app.http("account.changePassword", { input: { current, password: newPassword }, cookie: ann.cookie });
    const before = await app.db.select().from(app.db.tables.users);

    const answer = await change("wrong, wrong");
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { data: { reason: "WRONG_PASSWORD" } } });
    expect(await app.db.select().from(app.db.tables.users)).toEqual(before);
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
    expect((await change(ann.password)).status).toBe(429);
  });

  test("a new password that may not be is a field error, and no guess at the present one", async () => {
    await using started = await startTestRouter(dialect, { settings: { LOGIN_ATTEMPTS: 1 } });
    const { app } = started;
    const ann = await app.signIn("ann");
    for (const password of ["short", "password123", "x".repeat(257), ann.password]) {
      const input = { current: ann.password, password };
      const answer = await app.http("account.changePassword", { input, cookie: ann.cookie });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: { data: { fields: { password: [expect.any(String)] } } } });
    }
    const input = { current: ann.password, password: newPassword };
    expect((await app.http("account.changePassword", { input, cookie: ann.cookie })).status).toBe(200);
  });

  test("PWD-07: links mailed before a change of password open nothing any more; another user's stay", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const { accountTokens } = app.db.tables;
    const common = { purpose: "reset", createdAt: new Date(), expiresAt: new Date(Date.now() + 60_000) };
    for (const { id } of [ann, bob]) {
      await app.db.insert(accountTokens).values({ ...common, userId: id, tokenHash: id, email: "someone@example.com" });
    }
    const input = { current: ann.password, password: newPassword };
    expect((await app.http("account.changePassword", { input, cookie: ann.cookie })).status).toBe(200);
    expect((await app.db.select().from(accountTokens)).map(({ userId }) => userId)).toEqual([bob.id]);
  });

  test("PWD-08: of two changes at once one wins, its password is the one that works, and the other is told", async () => {
    await using started = await startTestRouter(dialect, { settings: { PASSWORD_HASH_CONCURRENCY: 4 } });
    const { app } = started;
    for (const where of ["one browser", "two devices"]) {
      const ann = await app.signIn(`ann of ${where}`);
      const other = where === "one browser" ? ann : await ann.signInAgain();
      const passwords = ["the first of two new ones", "the second of two new ones"];
      const answers = await Promise.all(
        [ann, other].map(({ cookie }, index) =>
          app.http("account.changePassword", { input: { current: ann.password, password: passwords[index] }, cookie }),
        ),
      );

      const statuses = answers.map(({ status }) => status);
      expect(
        statuses.filter((status) => status === 200),
        where,
      ).toHaveLength(1);
      // Told that somebody was faster, or signed out by them before it got so far.
      expect([401, 403, 409]).toContain(statuses.find((status) => status !== 200));
      const logins = await Promise.all(
        passwords.map((password) => app.http("auth.login", { input: { login: `ann of ${where}`, password } })),
      );
      expect(logins.map(({ status }) => status)).toEqual(statuses.map((status) => (status === 200 ? 200 : 401)));
    }
  });

  test("PWD-11: without a session, or without the password where it is not fresh, no password is changed and no account deleted", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time });
    const { app } = started;
    const ann = await app.signIn("ann");
    time.pass(staleMinutes);
    for (const [path, input, reason] of [
      ["account.changePassword", { current: "not it, not it", password: newPassword }, "WRONG_PASSWORD"],
      ["account.delete", { password: "not it, not it" }, "WRONG_PASSWORD"],
      ["account.delete", {}, "REAUTH"],
    ] as const) {
      expect((await app.http(path, { input })).status).toBe(401);
      const stale = await app.http(path, { input, cookie: ann.cookie });
      expect(await stale.json()).toMatchObject({ error: { data: { code: "FORBIDDEN", reason } } });
      await using socket = await ann.open();
      expect(await socket.mutate(path, input)).toMatchObject({ error: { data: { reason: "WRONG_TRANSPORT" } } });
    }
    // The present password is not asked for where the session is fresh: the step before has shown who it is.
    const renewed = await app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });
    expect((await app.http("account.delete", { input: {}, cookie: cookieOf(renewed) })).status).toBe(200);
  });

  test("the right password is itself the confirmation: nobody is asked for it twice, and none of the limits is passed by", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time, settings: { LOGIN_ATTEMPTS: 2 } });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    time.pass(staleMinutes);

    const input = { current: ann.password, password: newPassword };
    const changed = await app.http("account.changePassword", { input, cookie: ann.cookie });
    expect(changed.status).toBe(200);
    // It was confirmed by that: the session is fresh.
    expect((await app.http("account.delete", { input: {}, cookie: cookieOf(changed) })).status).toBe(200);

    for (const path of ["account.changePassword", "account.delete"]) {
      const guess = { current: "not it, not it", password: path.endsWith("delete") ? "not it, not it" : newPassword };
      const { current: _current, ...onlyPassword } = guess;
      await app.http(path, { input: path.endsWith("delete") ? onlyPassword : guess, cookie: bob.cookie });
    }
    const right = { input: { password: bob.password }, cookie: bob.cookie };
    expect((await app.http("account.delete", right)).status).toBe(429);
    time.pass(staleMinutes);
    expect((await app.http("account.delete", right)).status).toBe(200);
    await app.auth.audit.flush();
    const events = await app.auth.audit.list({ limit: 20, userId: bob.id });
    expect(events.map(({ action, reason }) => `${action} ${reason ?? "ok"}`).toReversed()).toEqual([
      "auth.register ok",
      "account.change_password wrong_password",
      "account.delete wrong_password",
      "account.delete limited",
      "account.delete ok",
    ]);
  });

  test("a change of address that is under way is withdrawn by its user, and by nobody else's doing", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    for (const { cookie, principal } of [ann, bob]) {
      const input = { email: `${principal.user.username}@example.com` };
      expect((await app.http("account.requestEmailChange", { input, cookie })).status).toBe(200);
    }
    const mails = await app.takeMails();
    const tokenTo = (to: string) => /token=([\w-]+)/.exec(mails.find((mail) => mail.to === to)?.text ?? "")?.[1];
    await using socket = await ann.open();
    const withdraw = () => socket.mutate("account.withdrawEmailChange");
    expect((await app.http("account.withdrawEmailChange", { input: {} })).status).toBe(401);

    expect(await withdraw()).toMatchObject({ result: { data: { email: null, pendingEmail: null } } });

    const confirm = (to: string) => app.http("account.confirmEmailChange", { input: { token: tokenTo(to) } });
    expect((await confirm("ann@example.com")).status).toBe(400);
    expect((await confirm("bob@example.com")).status).toBe(200);
    // Once more there is nothing to withdraw, and nothing to tell of.
    expect(await withdraw()).toMatchObject({ result: { data: { pendingEmail: null } } });
    await app.auth.audit.flush();
    const events = await app.auth.audit.list({ limit: 10, action: "account.email_change.withdraw" });
    expect(events.map(({ actorId, outcome }) => [actorId, outcome])).toEqual([[ann.id, "ok"]]);
  });

  test("a change of password that a sign-out overtakes is not made", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const input = { current: ann.password, password: newPassword };
    const change = app.http("account.changePassword", { input, cookie: ann.cookie });
    // While it hashes: two passwords at ten milliseconds and more each.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await app.http("auth.logout", { cookie: ann.cookie });

    const { status } = await change;
    const login = await app.http("auth.login", { input: { login: "ann", password: ann.password } });
    expect([status, login.status]).toEqual(status === 200 ? [200, 401] : [401, 200]);
    const rows = await app.db.select().from(app.db.tables.sessions).where(eq(app.db.tables.sessions.userId, ann.id));
    expect(rows).toHaveLength(status === 200 ? 0 : 1);
  });

  test("CRU-33: a deleted account is gone with what refers to it; its name and address are free; others keep theirs", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const { users, userPermissions, sessions } = app.db.tables;
    await app.db
      .update(users)
      .set({ email: "ann@example.com", emailKey: "ann@example.com" })
      .where(eq(users.id, ann.id));
    await app.auth.rights.grant(ann.id, "reports.view");
    await app.auth.rights.grant(bob.id, "reports.view");
    await using phone = await (await ann.signInAgain()).open();
    await using here = await ann.open();
    await using bobs = await bob.open();

    const answer = await app.http("account.delete", { input: {}, cookie: ann.cookie });

    expect(answer.status).toBe(200);
    expect(answer.headers.get("session-change")).toBe("signed-out");
    expect(answer.headers.getSetCookie()[0]).toContain("Max-Age=0");
    expect(await Promise.all([phone.closed, here.closed])).toEqual([
      { code: 4401, reason: "deleted" },
      { code: 4401, reason: "deleted" },
    ]);
    expect((await app.db.select().from(users)).map(({ id }) => id)).toEqual([bob.id]);
    expect((await app.db.select().from(userPermissions)).map(({ userId }) => userId)).toEqual([bob.id]);
    expect((await app.db.select().from(sessions)).map(({ userId }) => userId)).toEqual([bob.id]);
    expect(await bobs.query("who")).toMatchObject({ result: { data: "bob" } });
    expect(await auditOf(app)).toContainEqual(["account.delete", "ok", null, "ann"]);
    const again = await app.http("auth.register", {
      input: { username: "ann", email: "ann@example.com", password: newPassword },
    });
    expect(again.status).toBe(200);
  });

  test("the last active superuser is not deleted, not even of two who go at once", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await app.signIn("carol");
    for (const { id } of [ann, bob]) await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, id));

    const answers = await Promise.all(
      [ann, bob].map(({ cookie }) => app.http("account.delete", { input: {}, cookie })),
    );

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(await refused?.json()).toMatchObject({ error: { data: { code: "CONFLICT", reason: "LAST_SUPERUSER" } } });
    expect(refused?.headers.getSetCookie()).toEqual([]);
    const left = await app.db.select().from(users).where(eq(users.isSuperuser, true));
    expect(left).toHaveLength(1);
    expect((await auditOf(app)).filter(([, , reason]) => reason === "last_superuser")).toHaveLength(1);
  });

  test("a profile shows one's own account, and a change of it reaches open screens and nobody else's", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const [id, otherId] = [await socket.subscribe("session.snapshot"), await other.subscribe("session.snapshot")];
    await Promise.all([socket.data(id, 1), other.data(otherId, 1)]);

    const profile = (await socket.query("account.profile")).result?.data as { createdAt: string };
    expect(Date.now() - Date.parse(profile.createdAt)).toBeLessThan(60_000);
    expect(profile).toEqual({
      username: "ann",
      email: null,
      emailVerified: false,
      pendingEmail: null,
      firstName: "",
      lastName: "",
      locale: null,
      createdAt: profile.createdAt,
      hasPassword: true,
    });
    const change = { firstName: "  Ann Mary ", lastName: "Ó Néill", locale: "pt-br" };
    expect((await socket.mutate("account.updateProfile", change)).result?.data).toMatchObject({
      firstName: "Ann Mary",
      lastName: "Ó Néill",
      locale: "pt-BR",
    });
    const [, after] = await socket.data(id, 2);
    expect(after).toMatchObject({ firstName: "Ann Mary", lastName: "Ó Néill", locale: "pt-BR" });
    expect((await socket.mutate("account.updateProfile", { locale: null })).result?.data).toMatchObject({
      firstName: "Ann Mary",
      locale: null,
    });
    expect((await other.query("account.profile")).result?.data).toMatchObject({ username: "bob", firstName: "" });
    expect(other.dataOf(otherId)).toHaveLength(1);
    const [event] = await app.auth.audit.list({ limit: 1 });
    expect(event).toMatchObject({
      action: "account.update_profile",
      actorName: "ann",
      details: { fields: ["locale"] },
    });
  });

  test("what is no name or no language is a field error, and what is not the user's to change is refused", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await expect(socket.mutate("account.updateProfile", { firstName: "x".repeat(100) })).resolves.toHaveProperty(
      "result",
    );
    const refused = [
      { firstName: "x".repeat(101) },
      { lastName: "x".repeat(5000) },
      { lastName: "line\nbreak" },
      { firstName: "\u0000" },
      { locale: "not a language" },
      { locale: "x".repeat(200) },
    ];
    for (const change of refused) {
      const answer = await socket.mutate("account.updateProfile", change);
      expect(Object.keys(answer.error?.data.fields ?? {}), JSON.stringify(change)).toEqual(Object.keys(change));
    }
    for (const change of [{ isSuperuser: true }, { email: "ann@example.com" }]) {
      const answer = await socket.mutate("account.updateProfile", change);
      expect(answer).toMatchObject({ error: { data: { code: "BAD_REQUEST" } } });
    }
    const [row] = await app.db.select().from(app.db.tables.users);
    expect(row).toMatchObject({ firstName: "x".repeat(100), lastName: "", isSuperuser: false, email: null });
  });

  test("OUT-08: signing out everywhere ends this session too, and takes its cookie away", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using here = await ann.open();
    await using phone = await (await ann.signInAgain()).open();
    await using other = await bob.open();

    const answer = await app.http("account.sessions.endAll", { cookie: ann.cookie });

    expect(await dataOf(answer)).toEqual({ ended: 2 });
    expect(answer.headers.getSetCookie()).toEqual(["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]);
    expect(answer.headers.get("session-change")).toBe("signed-out");
    const closed = await Promise.all([here.closed, phone.closed]);
    expect(closed.map(({ code }) => code)).toEqual([4401, 4401]);
    expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
    const [event] = await app.auth.audit.list({ limit: 1 });
    expect(event).toMatchObject({ action: "account.sessions.end", actorName: "ann", details: { count: 2 } });
    expect((await app.http("account.sessions.endAll", { cookie: ann.cookie })).status).toBe(401);
  });

  test("LOG-10: signing in again as the same user moves the browser's other tabs over, and the old token is dead", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using tab = await ann.open();

    const login = await app.http("auth.login", {
      input: { login: "ann", password: ann.password, remember: true },
      cookie: ann.cookie,
    });

    expect(login.headers.get("session-change")).toBe("rotated");
    expect(login.headers.getSetCookie()[0]).toContain("Max-Age");
    await tab.until((frame) => frame.method === "reconnect");
    expect(await tab.mutate("count")).toMatchObject({ error: { data: { reason: "STALE_CONNECTION" } } });
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
    await using moved = await app.open(cookieOf(login));
    expect(await moved.query("who")).toMatchObject({ result: { data: "ann" } });
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });

  test("signing in twice at once in one browser leaves it signed in, whichever answer comes last", async () => {
    await using started = await startTestRouter(dialect, { settings: { PASSWORD_HASH_CONCURRENCY: 2 } });
    const { app } = started;
    const ann = await app.signIn("ann");
    const input = { login: "ann", password: ann.password };
    const logins = await Promise.all([1, 2].map(() => app.http("auth.login", { input, cookie: ann.cookie })));
    for (const login of logins) {
      expect((await app.http("who", { method: "GET", cookie: cookieOf(login) })).status).toBe(200);
    }
    expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(401);
  });

  test("the site's config is public, the same for all, and kept by no cache", async () => {
    await using started = await startTestRouter(dialect, { settings: { SIGN_UP: false, LOGIN_FIELDS: "email" } });
    const { app } = started;
    const ann = await app.signIn("ann").catch(() => null);
    const answers = [
      await app.http("auth.config", { method: "GET" }),
      await app.http("auth.config", { method: "GET", cookie: ann?.cookie }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await dataOf(answer)).toEqual({
        siteName: "Countersign",
        signUp: false,
        signInAfterSignUp: true,
        passwordReset: true,
        loginFields: "email",
        emailRequired: false,
        emailVerification: "off",
        passwordMinLength: 8,
        freshSeconds: 600,
        providers: [],
      });
    }
  });
});

function createTime() {
  let now = Date.now();
  return { now: () => now, pass: (minutes: number) => void (now += minutes * 60_000) };
}

async function dataOf(answer: Response): Promise<Record<string, unknown>> {
  const { result } = (await answer.json()) as { result: { data: Record<string, unknown> } };
  return result.data;
}

/** Who did what, and how it ended: the oldest first, beginnings left out. */
async function auditOf(app: TestApp): Promise<(string | null)[][]> {
  await app.auth.audit.flush();
  const events = await app.auth.audit.list({ limit: 100 });
  return events
    .toReversed()
    .filter(({ action }) => !["auth.login", "auth.logout", "auth.register"].includes(action))
    .map(({ action, outcome, reason, actorName }) => [action, outcome, reason, actorName]);
}
