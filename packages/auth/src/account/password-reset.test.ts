import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { tokenIn } from "../test/mailer.ts";
import { nowhere, openTestAuth, type TestAuth, testPassword, testUrl } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };
const accepted = { status: "accepted" };
const linkInvalid = { status: "link-invalid" };
const newPassword = "another horse battery";

describeDatabases((dialect) => {
  test("RST-01: (§12: reset mail to the typed address) a known address gets one mail, to the stored spelling, with a link on the configured URL", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann", "ann@example.com");
    await app.register("Bob", "bob@example.com");

    expect(await request(app, " ANN@Example.com")).toEqual(accepted);

    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to)).toEqual(["ann@example.com"]);
    expect(mails[0]?.text).toContain(`${testUrl}/password-reset/confirm#token=`);
    expect(mails[0]?.html).toContain(`${testUrl}/password-reset/confirm#token=`);
    expect(app.errors).toEqual([]);
  });

  test("RST-02: unknown, inactive and password-less: the same answer, and no link", async () => {
    await using app = await openTestAuth(dialect);
    const ivan = await app.register("Ivan", "ivan@example.com");
    const carol = await app.register("Carol", "carol@example.com");
    const { users, accountTokens } = app.db.tables;
    await app.db.update(users).set({ isActive: false }).where(eq(users.id, ivan.id));
    await app.db.update(users).set({ passwordHash: null }).where(eq(users.id, carol.id));

    for (const email of ["nobody@example.com", "ivan@example.com", "carol@example.com"]) {
      expect(await request(app, email)).toEqual(accepted);
    }

    const mails = await app.takeMails();
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ["carol@example.com", "Your account at Countersign has no password"],
    ]);
    expect(JSON.stringify(mails)).not.toContain("token=");
    expect(await app.db.$count(accountTokens)).toBe(0);
  });

  test("RST-02: nothing is looked up before the answer", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann", "ann@example.com");
    // What the background work meets, the answer does not wait for.
    app.mailer.fail(new Error("The mail server is slow today."));

    expect(await request(app, "ann@example.com")).toEqual(accepted);
    expect(await app.db.$count(app.db.tables.accountTokens)).toBe(0);
    await app.takeMails();
    expect(await app.db.$count(app.db.tables.accountTokens)).toBe(1);
  });

  test("RST-04, RST-10: the link sets the password once; all sessions of the user end, nobody else's, and nobody is signed in", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann", "ann@example.com"), await app.register("Bob", "bob@example.com")];
    const phone = await login(app, "Ann", testPassword);
    const token = await requestToken(app, "ann@example.com");

    const result = await app.auth.links.resetPassword({ token, password: newPassword }, from);

    expect(result).toEqual({ status: "reset", userId: ann.id });
    expect(await app.validate(ann.token)).toBeNull();
    expect(phone.status === "signed-in" && (await app.validate(phone.token))).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
    const ended = app.hints.find((hint) => hint.kind === "sessions-ended");
    expect(ended).toMatchObject({ reason: "password_changed", sessionIds: { length: 2 } });
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
    expect(await login(app, "Ann", testPassword)).toEqual({ status: "refused" });
    expect(await login(app, "Ann", newPassword)).toMatchObject({ status: "signed-in" });
    const mails = await app.takeMails();
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ["ann@example.com", "Your password for Countersign was changed"],
    ]);

    expect(await app.auth.links.resetPassword({ token, password: "a third horse" }, from)).toEqual(linkInvalid);
    expect(await login(app, "Ann", newPassword)).toMatchObject({ status: "signed-in" });
  });

  test("RST-05: of two with the same link exactly one succeeds, and its password is the one that works", async () => {
    await using app = await openTestAuth(dialect, {
      LOGIN_ATTEMPTS: 1000,
      MAILS_PER_ADDRESS: 1000,
      REGISTER_ATTEMPTS: 1000,
    });
    await app.register("Ann", "ann@example.com");

    for (let run = 0; run < 25; run += 1) {
      const token = await requestToken(app, "ann@example.com");
      const passwords = [`first horse ${run}`, `second horse ${run}`];
      const results = await Promise.all(
        passwords.map((password) => app.auth.links.resetPassword({ token, password }, from)),
      );

      const statuses = results.map(({ status }) => status);
      expect(statuses.toSorted()).toEqual(["link-invalid", "reset"]);
      const works = await Promise.all(passwords.map(async (password) => (await login(app, "Ann", password)).status));
      expect(works).toEqual(statuses.map((status) => (status === "reset" ? "signed-in" : "refused")));
    }
  });

  test("RST-07: a link that was altered, cut, made up, or whose user is gone or switched off opens nothing", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann", "ann@example.com"), await app.register("Bob", "bob@example.com")];
    const token = await requestToken(app, "ann@example.com");
    const ofBob = await requestToken(app, "bob@example.com");
    const altered = (token.startsWith("A") ? "B" : "A") + token.slice(1);

    for (const given of [altered, token.slice(1), `${token}A`, "", "0", "9".repeat(400), "\0", ann.token]) {
      expect(await reset(app, given), given).toEqual(linkInvalid);
    }
    // By hand: the command drops the link as well.
    const { users } = app.db.tables;
    await app.db.update(users).set({ isActive: false }).where(eq(users.id, ann.id));
    expect(await reset(app, token)).toEqual(linkInvalid);
    await app.db.update(users).set({ isActive: true }).where(eq(users.id, ann.id));
    await app.db.delete(users).where(eq(users.id, bob.id));
    expect(await reset(app, ofBob)).toEqual(linkInvalid);

    expect(await login(app, "Ann", testPassword)).toMatchObject({ status: "signed-in" });
    // The control: it was a good link all along.
    expect(await reset(app, token)).toMatchObject({ status: "reset" });
  });

  test("RST-07: a link works until its time is up, and not a moment longer", async () => {
    await using app = await openTestAuth(dialect, { RESET_SECONDS: 600 });
    await app.register("Ann", "ann@example.com");
    const first = await requestToken(app, "ann@example.com");
    app.clock.advance(600_000 - 1);
    expect(await reset(app, first)).toMatchObject({ status: "reset" });

    const second = await requestToken(app, "ann@example.com");
    app.clock.advance(600_000);
    expect(await reset(app, second)).toEqual(linkInvalid);
    expect(await app.auth.links.prune()).toBe(1);
    expect(await app.db.$count(app.db.tables.accountTokens)).toBe(0);
  });

  test("RST-11: a newer link, another password or another address ends a link", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    const { users } = app.db.tables;
    const first = await requestToken(app, "ann@example.com");
    const second = await requestToken(app, "ann@example.com");
    expect(await reset(app, first)).toEqual(linkInvalid);

    await app.db
      .update(users)
      .set({ email: "lee@example.com", emailKey: "lee@example.com" })
      .where(eq(users.id, ann.id));
    expect(await reset(app, second)).toEqual(linkInvalid);

    const third = await requestToken(app, "lee@example.com");
    const { principal } = await signIn(app, "Ann", testPassword);
    const session = await app.db.select().from(app.db.tables.sessions);
    const tokenHash = session.find(({ id }) => id === principal.session.id)?.tokenHash ?? "";
    const changed = await app.auth.accounts.changePassword(
      { current: testPassword, password: newPassword },
      { ip: null, userAgent: null, principal, tokenHash },
    );
    expect(changed.status).toBe("signed-in");
    expect(await reset(app, third)).toEqual(linkInvalid);
  });

  test("RST-14: a password that will not do is told, and leaves the link as it was", async () => {
    await using app = await openTestAuth(dialect, { PASSWORD_MIN_LENGTH: 12 });
    await app.register("Ann", "ann@example.com");
    const token = await requestToken(app, "ann@example.com");
    const wrong: [string, RegExp][] = [
      ["", /at least 12/],
      ["elevenchars", /at least 12/],
      ["x".repeat(257), /at most 256/],
      ["password1234", /Too common/],
      ["ann@example.com", /differ from/],
    ];
    for (const [password, message] of wrong) {
      const result = await app.auth.links.resetPassword({ token, password }, from);
      expect(result, password).toEqual({
        status: "invalid",
        fields: { password: [expect.stringMatching(message)] },
      });
    }
    expect(await app.auth.links.resetPassword({ token, password: "twelve chars" }, from)).toMatchObject({
      status: "reset",
    });
  });

  test("RST-16: a mail that cannot be sent changes nothing of the answer; the same mail is tried again", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann", "ann@example.com");
    app.mailer.fail(new Error("451 not now"));

    expect(await request(app, "ann@example.com")).toEqual(accepted);
    expect(await app.takeMails()).toEqual([]);
    expect(String(app.errors[0])).toContain("could not be sent yet");
    app.mailer.fail(null);
    const [mail] = await app.takeMails();

    expect(await reset(app, tokenIn(mail))).toMatchObject({ status: "reset" });
  });

  test("RST-20: a reset confirms the address the link was sent to", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    expect(ann.principal.user.emailVerifiedAt).toBeNull();

    await reset(app, await requestToken(app, "ann@example.com"));

    const { principal } = await signIn(app, "Ann", newPassword);
    expect(principal.user.emailVerifiedAt).toEqual(new Date(app.clock.now()));
  });

  test("RAT-14: one address gets so many mails an hour, whoever asks, and so does everybody together", async () => {
    await using app = await openTestAuth(dialect, { MAILS_PER_ADDRESS: 2, MAILS_PER_HOUR: 3 });
    await app.register("Ann", "ann@example.com");
    await app.register("Bob", "bob@example.com");
    const ask = (email: string, ip: string) => app.auth.links.requestPasswordReset({ email }, { ...from, ip });

    expect(await ask("ann@example.com", "192.0.2.1")).toEqual(accepted);
    expect(await ask("ann@example.com", "192.0.2.2")).toEqual(accepted);
    expect(await ask("ANN@example.com", "192.0.2.3")).toEqual({ status: "limited", retryAfterSeconds: 3600 });
    // Told of an address nobody has as well: it is what was typed that counts.
    for (const ip of ["1", "2"]) expect(await ask("nobody@example.com", `192.0.2.${ip}`)).toEqual(accepted);
    expect(await ask("nobody@example.com", "192.0.2.3")).toMatchObject({ status: "limited" });
    expect(await app.takeMails()).toHaveLength(2);

    expect(await ask("bob@example.com", "192.0.2.1")).toEqual(accepted);
    expect(await app.takeMails()).toHaveLength(1);
    expect(await ask("bob@example.com", "192.0.2.1")).toEqual(accepted);
    expect(await app.takeMails()).toEqual([]);
    expect(app.warnings).toEqual([expect.stringContaining("MAILS_PER_HOUR")]);
    expect(app.errors).toEqual([]);
    app.clock.advance(3_600_000);
    expect(await ask("bob@example.com", "192.0.2.1")).toEqual(accepted);
    expect(await app.takeMails()).toHaveLength(1);
  });

  test("where forgotten passwords are not replaced by mail, nobody asks for one; an admin's link still works", async () => {
    await using app = await openTestAuth(dialect, { PASSWORD_RESET: false });
    const ann = await app.register("Ann", "ann@example.com");
    const bob = await app.register("Bob");

    expect(await request(app, "ann@example.com")).toEqual({ status: "off" });
    expect(await app.takeMails()).toEqual([]);
    const send = (id: string, mayBeSent: boolean) => app.auth.links.sendPasswordReset(id, async () => mayBeSent);
    await send(bob.id, true);
    await send("nobody", true);
    await send(ann.id, false);
    expect(await app.takeMails()).toEqual([]);
    await send(ann.id, true);
    const [mail] = await app.takeMails();
    expect(await reset(app, tokenIn(mail))).toEqual({ status: "reset", userId: ann.id });
  });

  test("EML-11: an address with a header in it is refused, and nothing is sent", async () => {
    await using app = await openTestAuth(dialect);
    for (const email of [
      "ann@example.com\r\nBcc: bob@example.com",
      "ann@example.com,bob@example.com",
      "ann@example.com\0",
    ]) {
      expect(await request(app, email), email).toMatchObject({
        status: "invalid",
        fields: { email: [expect.any(String)] },
      });
    }
    expect(await app.takeMails()).toEqual([]);
  });

  test("a database that is away is no guess at a link, and is tried again for a mail", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann", "ann@example.com");
    await request(app, "ann@example.com");
    app.beforeTransaction(() => Promise.reject(new DatabaseUnavailable("Away, for a test.")));

    expect(await app.takeMails()).toEqual([]);
    const [mail] = await app.takeMails();

    expect(await reset(app, tokenIn(mail))).toMatchObject({ status: "reset" });
  });

  test("what was asked for and what came of it is in the audit log, without a link or a password", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann", "ann@example.com");
    await request(app, "nobody@example.com");
    await app.takeMails();
    const token = await requestToken(app, "ann@example.com");
    await reset(app, token);
    await reset(app, token);
    await app.auth.audit.flush();

    const events = await app.auth.audit.list({ limit: 10, action: undefined });
    const told = events.map(({ action, outcome, reason, actorId, subjectId }) => [
      action,
      outcome,
      reason,
      actorId ?? subjectId,
    ]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["auth.password_reset.request", "refused", "unknown", null],
        ["auth.password_reset.request", "ok", null, ann.id],
        ["auth.password_reset", "ok", null, ann.id],
        ["auth.password_reset", "refused", "link_invalid", null],
      ]),
    );
    expect(JSON.stringify(events)).not.toContain(token);
    expect(JSON.stringify(events)).not.toContain(newPassword);
  });
});

function request(app: TestAuth, email: string) {
  return app.auth.links.requestPasswordReset({ email }, from);
}

async function requestToken(app: TestAuth, email: string): Promise<string> {
  await request(app, email);
  const mails = await app.takeMails();
  return tokenIn(mails.find(({ text }) => text.includes("/password-reset/confirm#")));
}

function reset(app: TestAuth, token: string) {
  return app.auth.links.resetPassword({ token, password: newPassword }, from);
}

function login(app: TestAuth, name: string, password: string) {
  return app.auth.accounts.login({ login: name, password }, nowhere);
}

async function signIn(app: TestAuth, name: string, password: string) {
  const result = await login(app, name, password);
  if (result.status !== "signed-in") throw new Error(`${name}: ${result.status}`);
  return result;
}
