import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import type { AuditRecord } from "../audit/audit-event.ts";
import { hashToken } from "../session/token.ts";
import { insertUser } from "../test/insert-user.ts";
import { openTestAuth, type TestAuth, testPassword } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };

describeDatabases((dialect) => {
  test("a sign-in and a sign-out stand in the log: who, on which session, from where", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await app.register("Bob");
    const result = await login(app, "ann", testPassword, true);
    if (result.status !== "signed-in") throw new Error("Ann was refused.");
    await app.auth.accounts.logout(hashToken(result.token), from);
    // Once more ends nothing, and is none.
    await app.auth.accounts.logout(hashToken(result.token), from);

    const common = { actorId: ann.id, actorName: "Ann", sessionId: result.session.id, outcome: "ok", ip: from.ip };
    const [signedOut, signedIn, ...rest] = await events(app);
    expect(signedIn).toMatchObject({
      ...common,
      action: "auth.login",
      userAgent: "Firefox",
      details: { remember: true },
    });
    expect(signedOut).toMatchObject({ ...common, action: "auth.logout" });
    expect(rest.map(({ action, actorName }) => [action, actorName])).toEqual([
      ["auth.register", "Bob"],
      ["auth.register", "Ann"],
    ]);
  });

  test("RAT-14: mails and links that a limit holds back stand in the log, once a minute", async () => {
    await using app = await openTestAuth(dialect, { MAILS_PER_ADDRESS: 1, LOGIN_ATTEMPTS: 1 });
    const ann = await app.register("Ann");
    const { links } = app.auth;
    const caller = { ...from, principal: ann.principal };
    const ask = async () => {
      await links.requestPasswordReset({ email: "bob@example.com" }, from);
      await links.resendVerification({ email: "bob@example.com" }, from);
      await links.requestEmailChange({ email: "bob@example.com" }, caller, (body) => app.db.transaction(body));
      for (let index = 0; index < 3; index += 1) await links.verifyEmail({ token: "x" }, from);
    };
    for (let round = 0; round < 5; round += 1) await ask();

    const limited = (await events(app)).filter(({ reason }) => reason === "limited");
    expect(limited.map(({ action }) => action).toSorted()).toEqual([
      "account.email_change.request",
      "auth.password_reset.request",
      "auth.verify_email",
      "auth.verify_email.resend",
    ]);
    app.clock.advance(60_000);
    await ask();
    expect((await events(app)).filter(({ reason }) => reason === "limited")).toHaveLength(8);
  });

  test("a refused sign-in says why and whose name it was; a name that is nobody's is not kept, since it may be a password", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    const ivan = await app.register("Ivan");
    await app.auth.accounts.setActive(ivan.id, false);
    const carolId = await insertUser(app.db, "Carol");
    await login(app, "ann", "wrong, wrong");
    await login(app, "ivan", testPassword);
    await login(app, "carol", testPassword);
    await login(app, "MyS3cretPassword", testPassword);

    const refusals = (await events(app)).filter(({ outcome }) => outcome === "refused").toReversed();
    expect(refusals.map(({ reason, subjectId, actorId, ip }) => [reason, subjectId, actorId, ip])).toEqual([
      ["wrong_password", ann.id, null, from.ip],
      ["inactive", ivan.id, null, from.ip],
      ["no_password", carolId, null, from.ip],
      ["unknown_name", null, null, from.ip],
    ]);
    expect(JSON.stringify(refusals)).not.toMatch(/secretpassword|wrong, wrong|correct horse/i);
  });

  test("a flood held back by a limit is one event a minute, of each address", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 1, LOGIN_WINDOW_SECONDS: 3600 });
    await app.register("Ann");
    for (let attempt = 0; attempt < 20; attempt += 1) await login(app, "ann", "wrong, wrong");
    await app.auth.accounts.login({ login: "ann", password: testPassword }, { ...from, ip: "198.51.100.1" });
    app.clock.advance(60_000);
    for (let attempt = 0; attempt < 20; attempt += 1) await login(app, "ann", "wrong, wrong");

    const reasons = (await events(app)).filter(({ action }) => action === "auth.login").map(({ reason }) => reason);
    expect(reasons).toHaveLength(4);
    expect(new Set(reasons.map(String))).toEqual(new Set(["limited", "wrong_password"]));
  });

  test("what is rolled back stands in no log: a sign-in that could not begin its session", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");
    app.failSessions(true);
    await expect(login(app, "ann", testPassword)).rejects.toThrow("Full");
    app.failSessions(false);
    expect((await events(app)).map(({ action }) => action)).toEqual(["auth.register"]);
  });
});

function login(app: TestAuth, name: string, password: string, remember = false) {
  return app.auth.accounts.login({ login: name, password, remember }, from);
}

/** The newest first. */
async function events(app: TestAuth): Promise<readonly AuditRecord[]> {
  await app.auth.audit.flush();
  return app.auth.audit.list({ limit: 100 });
}
