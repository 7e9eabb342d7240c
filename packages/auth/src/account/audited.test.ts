import { eq } from "drizzle-orm";
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

  test("sign-ins at many accounts that a limit holds back stand in the log by whose account it was, so many a minute", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 1, LOGIN_WINDOW_SECONDS: 3600 });
    const ann = await app.register("Ann");
    const bob = await app.register("Bob");
    // Ten failures of one address are its limit.
    for (let index = 0; index < 10; index += 1) await login(app, `nobody ${index}`, "wrong, wrong");
    for (const name of ["ann", "ann", "bob", "MyS3cretPassword", "ANN"]) await login(app, name, testPassword);

    const limited = async () => (await events(app)).filter(({ reason }) => reason === "limited").toReversed();
    expect((await limited()).map(({ subjectId, subjectName }) => [subjectId, subjectName])).toEqual([
      [ann.id, "Ann"],
      [bob.id, "Bob"],
      [null, null],
    ]);
    expect(JSON.stringify(await limited())).not.toMatch(/secretpassword/i);
    for (let index = 0; index < 50; index += 1) await login(app, `somebody ${index}`, testPassword);
    expect(await limited()).toHaveLength(10);
    // Another address has room of its own.
    await app.auth.accounts.login({ login: "bob", password: "wrong" }, { ...from, ip: "198.51.100.1" });
    await app.auth.accounts.login({ login: "bob", password: "wrong" }, { ...from, ip: "198.51.100.1" });
    expect((await limited()).at(-1)).toMatchObject({ subjectId: bob.id, ip: "198.51.100.1" });
  });

  test("PWD-08: who loses against another change of the same password is in the log, and so is one whose session ended", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { users } = app.db.tables;
    const change = ({ principal, token }: typeof ann, password: string) => {
      const signedIn = { ...from, principal, tokenHash: hashToken(token) ?? "" };
      return app.auth.accounts.changePassword({ current: testPassword, password }, signedIn);
    };

    app.beforeTransaction(async () => {
      await app.db.update(users).set({ passwordHash: "!" }).where(eq(users.id, ann.id));
    });
    expect(await change(ann, "the horse of the loser")).toEqual({ status: "conflict" });
    app.beforeTransaction(async () => {
      await app.auth.accounts.logout(hashToken(bob.token), from);
    });
    expect(await change(bob, "the horse of the late")).toEqual({ status: "ended" });

    const changes = (await events(app)).filter(({ action }) => action === "account.change_password");
    expect(changes.map(({ outcome, reason, actorId }) => [outcome, reason, actorId]).toReversed()).toEqual([
      ["refused", "conflict", ann.id],
      ["refused", "session_ended", bob.id],
    ]);
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
