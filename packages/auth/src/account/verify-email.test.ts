import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import type { Mail } from "../mail/mailer.ts";
import { hashToken } from "../session/token.ts";
import { tokenIn } from "../test/mailer.ts";
import { nowhere, openTestAuth, type TestAuth, testPassword, testUrl } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };
const linkInvalid = { status: "link-invalid" };
const required = { EMAIL_VERIFICATION: "required" } as const;
const optional = { EMAIL_VERIFICATION: "optional" } as const;
type TestPrincipal = Parameters<TestAuth["auth"]["links"]["describeLink"]>[1]["presented"];
const waiting = { status: "made", next: "verify_email" };

describeDatabases((dialect) => {
  test("EML-01: the mailed link confirms the address once; later uses change nothing", async () => {
    await using app = await openTestAuth(dialect, required);
    expect(await register(app, "Ann", "ann@example.com")).toEqual(waiting);
    expect(await register(app, "Bob", "bob@example.com")).toEqual(waiting);
    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(["ann@example.com", "bob@example.com"]);
    const mail = mails.find(({ to }) => to === "ann@example.com");
    expect(mail?.text).toContain(`${testUrl}/verify-email#token=`);
    const token = tokenIn(mail);

    expect(await verify(app, token)).toMatchObject({ status: "verified" });
    const confirmedAt = new Date(app.clock.now());
    app.clock.advance(60_000);
    expect(await verify(app, token)).toEqual(linkInvalid);

    expect(await find(app, "Ann")).toMatchObject({ emailKey: "ann@example.com", emailVerifiedAt: confirmedAt });
    expect(await find(app, "Bob")).toMatchObject({ emailVerifiedAt: null });
    expect(await login(app, "Ann")).toMatchObject({ status: "signed-in" });
  });

  test("EML-01: of two at once with one link one confirms", async () => {
    await using app = await openTestAuth(dialect, required);
    await register(app, "Ann", "ann@example.com");
    const token = tokenIn((await app.takeMails())[0]);

    const results = await Promise.all([verify(app, token), verify(app, token)]);

    expect(results.map(({ status }) => status).toSorted()).toEqual(["link-invalid", "verified"]);
  });

  test("LOG-05: before that, the right password is told to confirm, a wrong one nothing; a new link at most once per window", async () => {
    await using app = await openTestAuth(dialect, {
      ...required,
      LOGIN_WINDOW_SECONDS: 60,
      LOGIN_FIELDS: "username,email",
    });
    await register(app, "Dave", "dave@example.com");
    const [first] = await app.takeMails();

    expect(await login(app, "Dave", "a wrong password")).toEqual({ status: "refused" });
    expect(await app.takeMails()).toEqual([]);
    for (const name of ["Dave", "dave@example.com", "Dave"]) {
      expect(await login(app, name)).toEqual({ status: "unverified" });
    }
    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to)).toEqual(["dave@example.com"]);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
    app.clock.advance(60_000);
    expect(await login(app, "Dave")).toEqual({ status: "unverified" });
    const [third] = await app.takeMails();

    // The newest is the one that works.
    expect(await verify(app, tokenIn(first))).toEqual(linkInvalid);
    expect(await verify(app, tokenIn(mails[0]))).toEqual(linkInvalid);
    expect(await verify(app, tokenIn(third))).toMatchObject({ status: "verified" });
    expect(await login(app, "Dave")).toMatchObject({ status: "signed-in" });
  });

  test("a right password before the address is confirmed counts as no failure", async () => {
    await using app = await openTestAuth(dialect, { ...required, LOGIN_ATTEMPTS: 2 });
    await register(app, "Dave", "dave@example.com");

    for (let attempt = 0; attempt < 5; attempt += 1) expect(await login(app, "Dave")).toEqual({ status: "unverified" });
  });

  test("where confirming is optional, the new user is signed in and mailed a link", async () => {
    await using app = await openTestAuth(dialect, optional);
    const ann = await app.register("Ann", "ann@example.com");
    expect(ann.principal.user).toMatchObject({ email: "ann@example.com", emailVerifiedAt: null });

    expect(await verify(app, tokenIn((await app.takeMails())[0]))).toEqual({ status: "verified", userId: ann.id });

    expect((await app.validate(ann.token))?.user.emailVerifiedAt).toEqual(new Date(app.clock.now()));
    expect(app.hints).toContainEqual({ kind: "user", userId: ann.id });
  });

  test("where nobody confirms, no mail is sent; without sign-in after sign-up nobody is signed in", async () => {
    await using app = await openTestAuth(dialect, { SIGN_IN_AFTER_SIGN_UP: false });

    expect(await register(app, "Ann", "ann@example.com")).toEqual({ status: "made", next: "sign_in" });
    expect(await app.takeMails()).toEqual([]);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
    expect((await find(app, "Ann"))?.lastLoginAt).toBeNull();
    expect(await login(app, "Ann")).toMatchObject({ status: "signed-in" });
  });

  test("an address is asked for where the site needs one, and only there", async () => {
    const fields = { email: ["Enter your email address."] };
    for (const settings of [required, { EMAIL_REQUIRED: true }]) {
      await using app = await openTestAuth(dialect, settings);
      for (const email of [undefined, null, ""]) {
        expect(await register(app, "Ann", email)).toEqual({ status: "invalid", fields });
      }
      expect(await app.db.$count(app.db.tables.users)).toBe(0);
    }
    await using app = await openTestAuth(dialect, optional);
    expect(await register(app, "Ann", "")).toMatchObject({ status: "signed-in" });
    expect(await app.takeMails()).toEqual([]);
  });

  test("the least length of a password is the site's", async () => {
    await using app = await openTestAuth(dialect, { PASSWORD_MIN_LENGTH: 15 });
    const attempt = (password: string) => app.auth.accounts.register({ username: "Ann", password }, from);

    expect(await attempt("fourteen chars")).toEqual({
      status: "invalid",
      fields: { password: ["Too short: at least 15 characters."] },
    });
    expect(await attempt("fifteen chars..")).toMatchObject({ status: "signed-in" });
  });

  test("people sign in by what the site says, and by nothing else", async () => {
    const attempts: [string, boolean, boolean][] = [
      ["username", true, false],
      ["email", false, true],
      ["username,email", true, true],
    ];
    for (const [LOGIN_FIELDS, byName, byEmail] of attempts) {
      await using app = await openTestAuth(dialect, { LOGIN_FIELDS: LOGIN_FIELDS as "username" });
      await app.register("Ann", "ann@example.com");
      expect((await login(app, "Ann")).status, LOGIN_FIELDS).toBe(byName ? "signed-in" : "refused");
      expect((await login(app, "ANN@example.com")).status, LOGIN_FIELDS).toBe(byEmail ? "signed-in" : "refused");
    }
  });

  test("no answer tells whether an address is taken: not registering, not signing in after it, not the name", async () => {
    await using app = await openTestAuth(dialect, required);
    await register(app, "Ann", "ann@example.com");
    await verify(app, tokenIn((await app.takeMails())[0]));

    const taken = await register(app, "Eve", "ANN@example.com");
    const free = await register(app, "Fay", "fay@example.com");
    const mails = await app.takeMails();

    expect(taken).toEqual(free);
    expect(mails.map(({ to, subject }) => `${to}: ${subject}`).toSorted()).toEqual([
      "ann@example.com: You have an account at Countersign already",
      "fay@example.com: Confirm your address for Countersign",
    ]);
    expect(mails.find(({ to }) => to === "ann@example.com")?.text).not.toContain("token=");
    for (const name of ["Eve", "Fay"]) {
      expect(await login(app, name)).toEqual({ status: "unverified" });
      expect(await register(app, name, `${name}2@example.com`)).toEqual({
        status: "invalid",
        fields: { username: ["This username is taken."] },
      });
    }
    // The account of the address is untouched, and found by it.
    expect(await find(app, "Ann")).toMatchObject({ emailKey: "ann@example.com" });
    expect(await find(app, "Eve")).toMatchObject({ email: "ann@example.com", emailKey: null });
  });

  test("no answer tells it at the next sign-in either, by whatever name: every account that waits is let in alike", async () => {
    for (const settings of [required, optional]) {
      await using app = await openTestAuth(dialect, { ...settings, LOGIN_FIELDS: "username,email" });
      await register(app, "Ann", "ann@example.com");
      await verify(app, tokenIn((await app.takeMails())[0]));
      const passwordOf = (name: string) => `a password of ${name}`;
      for (const [name, email] of [
        ["Eve", "ann@example.com"],
        ["Fay", "fay@example.com"],
      ] as const) {
        await app.auth.accounts.register({ username: name, email, password: passwordOf(name) }, from);
      }

      const taken = await login(app, "ann@example.com", passwordOf("Eve"));
      const free = await login(app, "fay@example.com", passwordOf("Fay"));

      expect(taken.status).toBe(settings === required ? "unverified" : "signed-in");
      expect(free.status).toBe(taken.status);
      // Each is let in to an account of their own, and nobody's count of guesses is helped by it.
      expect(taken.status === "signed-in" ? taken.principal.user.username : "Eve").toBe("Eve");
      const ann = await login(app, "ann@example.com");
      expect(ann.status === "signed-in" && ann.principal.user.username).toBe("Ann");
      expect(await login(app, "ann@example.com", passwordOf("Fay"))).toEqual({ status: "refused" });
    }
  });

  test("REG-08: of twenty at once for one address one gets it, and all get the same answer", async () => {
    await using app = await openTestAuth(dialect, { ...required, MAILS_PER_ADDRESS: 100 });

    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => register(app, `user ${index}`, "ann@example.com")),
    );

    expect(results).toEqual(Array.from({ length: 20 }, () => waiting));
    const { users } = app.db.tables;
    expect(await app.db.$count(users, eq(users.emailKey, "ann@example.com"))).toBe(1);
  });

  test("EML-10: when the owner confirms, a squatter's account that nobody was in is void: no password, no address, no link", async () => {
    for (const settings of [required, { ...optional, SIGN_IN_AFTER_SIGN_UP: false }]) {
      await using app = await openTestAuth(dialect, settings);
      await register(app, "Squatter", "ann@example.com");
      await register(app, "Bob", "bob@example.com");
      await register(app, "Ann", "ann@example.com");
      const tokens = await linksByUser(app);
      expect(await find(app, "Squatter")).toMatchObject({ emailKey: "ann@example.com" });

      expect(await verify(app, tokens["Ann"])).toMatchObject({ status: "verified" });

      expect(await login(app, "Squatter")).toEqual({ status: "refused" });
      expect(await verify(app, tokens["Squatter"])).toEqual(linkInvalid);
      expect(await find(app, "Squatter")).toMatchObject({ email: null, emailKey: null });
      expect(await find(app, "Ann")).toMatchObject({ emailKey: "ann@example.com" });
      expect(await login(app, "Ann")).toMatchObject({ status: "signed-in" });
      // Somebody else's account has nothing to do with it.
      expect(await find(app, "Bob")).toMatchObject({ emailKey: "bob@example.com" });
      expect(await app.takeMails()).toEqual([]);
    }
  });

  test("EML-10: a squatter who was in the account has nothing of the owner's by it: neither the address, nor a way to it", async () => {
    await using app = await openTestAuth(dialect, { ...optional, LOGIN_FIELDS: "username,email" });
    const squatter = await app.register("Squatter", "ann@example.com");
    const squattersLink = tokenIn((await app.takeMails())[0]);
    const ann = await app.register("Ann", "ann@example.com");
    const token = tokenIn((await app.takeMails())[0]);

    expect(await verify(app, token)).toEqual({ status: "verified", userId: ann.id });

    expect(await find(app, "Squatter")).toMatchObject({ emailKey: null, emailVerifiedAt: null });
    expect(await find(app, "Ann")).toMatchObject({ emailKey: "ann@example.com" });
    const [moved] = await app.takeMails();
    const asSquatter = { ...from, presented: squatter.principal };
    for (const origin of [from, asSquatter]) {
      expect(await app.auth.links.verifyEmail({ token: squattersLink }, origin)).toEqual(linkInvalid);
    }
    await app.auth.links.resendVerification({ email: "ann@example.com" }, asSquatter);
    const [resent] = await app.takeMails();
    expect(resent?.text).not.toContain("token=");
    // Who reads the mails alone does not get into the other account either.
    expect(await verify(app, tokenIn(moved))).toEqual(linkInvalid);
    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, from);
    const [mail] = await app.takeMails();
    expect(await app.auth.links.resetPassword({ token: tokenIn(mail), password: "another horse" }, from)).toEqual({
      status: "reset",
      userId: ann.id,
    });
    expect(await app.validate(squatter.token)).not.toBeNull();
  });

  test("EML-10: a link that a stranger had sent takes nothing from who is signed in to the account with the address", async () => {
    await using app = await openTestAuth(dialect, optional);
    const anna = await app.register("anna", "anna@example.com");
    await app.takeMails();
    await app.register("Anna2", "anna@example.com");
    const token = tokenIn((await app.takeMails())[0]);

    expect(await app.auth.links.verifyEmail({ token }, { ...from, presented: anna.principal })).toEqual(linkInvalid);

    expect(await find(app, "anna")).toMatchObject({ emailKey: "anna@example.com" });
    expect(await find(app, "Anna2")).toMatchObject({ emailKey: null });
    expect(await app.validate(anna.token)).not.toBeNull();
    expect(await login(app, "anna")).toMatchObject({ status: "signed-in" });
  });

  test("EML-10: opened where nobody is signed in it takes the address and nothing else, with a way back for who is in the account", async () => {
    await using app = await openTestAuth(dialect, optional);
    const anna = await app.register("anna", "anna@example.com");
    await app.takeMails();
    const stranger = await app.register("Anna2", "anna@example.com");

    await verify(app, tokenIn((await app.takeMails())[0]));

    expect(await app.validate(anna.token)).not.toBeNull();
    expect(await login(app, "anna")).toMatchObject({ status: "signed-in" });
    const [moved] = await app.takeMails();
    expect(moved?.to).toBe("anna@example.com");
    expect(moved?.text).toMatch(/for the account Anna2 .* the account anna had it/s);
    const token = tokenIn(moved);
    for (const presented of [null, stranger.principal]) {
      expect(await app.auth.links.verifyEmail({ token }, { ...from, presented })).toEqual(linkInvalid);
    }

    const asAnna = { ...from, presented: anna.principal };
    expect(await app.auth.links.verifyEmail({ token }, asAnna)).toEqual({ status: "verified", userId: anna.id });

    expect(await find(app, "anna")).toMatchObject({ emailKey: "anna@example.com" });
    expect((await find(app, "anna"))?.emailVerifiedAt).not.toBeNull();
    expect(await find(app, "Anna2")).toMatchObject({ emailKey: null, emailVerifiedAt: null });
    expect(await app.auth.links.verifyEmail({ token }, asAnna)).toEqual(linkInvalid);
    expect(await app.takeMails()).toEqual([]);
  });

  test("EML-10: the way back ends with its time, and when somebody else confirms the address", async () => {
    await using app = await openTestAuth(dialect, { ...optional, EMAIL_REVERT_SECONDS: 600, VERIFY_SECONDS: 3600 });
    const anna = await app.register("anna", "anna@example.com");
    await app.takeMails();
    const stranger = await app.register("Anna2", "anna@example.com");
    await verify(app, tokenIn((await app.takeMails())[0]));
    const token = tokenIn((await app.takeMails())[0]);
    const asAnna = { ...from, presented: anna.principal };
    const { users } = app.db.tables;

    await app.db.update(users).set({ email: null, emailKey: null }).where(eq(users.id, stranger.id));
    await app.register("Third", "anna@example.com");
    await verify(app, tokenIn((await app.takeMails())[0]));
    expect(await app.auth.links.verifyEmail({ token }, asAnna)).toEqual(linkInvalid);
    expect(await find(app, "Third")).toMatchObject({ emailKey: "anna@example.com" });

    const bob = await app.register("bob", "bob@example.com");
    await app.takeMails();
    await app.register("Bob2", "bob@example.com");
    await verify(app, tokenIn((await app.takeMails())[0]));
    const late = tokenIn((await app.takeMails())[0]);
    app.clock.advance(600_000);
    expect(await app.auth.links.verifyEmail({ token: late }, { ...from, presented: bob.principal })).toEqual(
      linkInvalid,
    );
  });

  test("whose account a link is about is told to who holds it, as often as they ask; nothing is used up by it", async () => {
    await using app = await openTestAuth(dialect, optional);
    const anna = await app.register("anna", "anna@example.com");
    await app.takeMails();
    await app.register("Anna2", "anna@example.com");
    const token = tokenIn((await app.takeMails())[0]);
    const ask = (of: string, presented: TestPrincipal = null) =>
      app.auth.links.describeLink({ token: of, purpose: "verify" }, { ...from, presented });
    const described = { status: "described", username: "Anna2", email: "anna@example.com", takenFrom: "anna" };

    for (const presented of [null, anna.principal, null]) {
      expect(await ask(token, presented)).toEqual({ ...described, mustSignIn: false });
    }
    const wrong = `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`;
    for (const of of [wrong, "", "no token"]) expect(await ask(of)).toEqual(linkInvalid);
    expect(await app.auth.links.describeLink({ token, purpose: "reset" }, from)).toEqual(linkInvalid);
    expect(await verify(app, token)).toMatchObject({ status: "verified" });
    expect(await ask(token)).toEqual(linkInvalid);

    const reclaim = tokenIn((await app.takeMails())[0]);
    const back = { status: "described", username: "anna", email: "anna@example.com", takenFrom: "Anna2" };
    expect(await ask(reclaim)).toEqual({ ...back, mustSignIn: true });
    expect(await ask(reclaim, anna.principal)).toEqual({ ...back, mustSignIn: false });
  });

  test("who asks about links that are none has as few tries as at using one", async () => {
    await using app = await openTestAuth(dialect, { ...optional, LOGIN_ATTEMPTS: 1 });
    await app.register("anna", "anna@example.com");
    const token = tokenIn((await app.takeMails())[0]);
    const ask = (of: string) => app.auth.links.describeLink({ token: of, purpose: "verify" }, from);

    for (let count = 0; count < 30; count += 1) expect((await ask(token)).status).toBe("described");
    await app.auth.throttle.flush();
    for (let count = 0; count < 10; count += 1) expect(await ask("x")).toEqual(linkInvalid);
    expect(await ask(token)).toMatchObject({ status: "limited" });
  });

  test("EML-10: the owner may also take the squatter's account over by a reset: its password and sessions end", async () => {
    await using app = await openTestAuth(dialect, optional);
    const squatter = await app.register("Squatter", "ann@example.com");
    await app.takeMails();

    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, from);
    const [mail] = await app.takeMails();
    await app.auth.links.resetPassword({ token: tokenIn(mail), password: "another horse" }, from);

    expect(await app.validate(squatter.token)).toBeNull();
    expect(await login(app, "Squatter")).toEqual({ status: "refused" });
  });

  test("EML-10: once an address is confirmed, nobody else's link to it works", async () => {
    await using app = await openTestAuth(dialect, required);
    await register(app, "Squatter", "ann@example.com");
    await register(app, "Ann", "ann@example.com");
    await register(app, "Third", "ann@example.com");
    const tokens = await linksByUser(app);

    expect(await verify(app, tokens["Ann"])).toMatchObject({ status: "verified" });

    expect(await verify(app, tokens["Squatter"])).toEqual(linkInvalid);
    expect(await verify(app, tokens["Third"])).toEqual(linkInvalid);
    expect(await find(app, "Ann")).toMatchObject({ emailKey: "ann@example.com" });
    expect(await login(app, "Ann")).toMatchObject({ status: "signed-in" });
    expect(await login(app, "Third")).toEqual({ status: "unverified" });
  });

  test("EML-10: of several that confirm one address at once, one gets it", async () => {
    await using app = await openTestAuth(dialect, required);
    for (const name of ["Squatter", "Ann", "Third"]) await register(app, name, "ann@example.com");
    const tokens = await linksByUser(app);

    const results = await Promise.all(["Squatter", "Ann", "Third"].map((name) => verify(app, tokens[name])));

    expect(results.filter(({ status }) => status === "verified")).toHaveLength(1);
    const { users } = app.db.tables;
    expect(await app.db.$count(users, eq(users.emailKey, "ann@example.com"))).toBe(1);
  });

  test("EML-04: a link that is too old, or for another purpose, confirms nothing; whoever is signed in has no part in it", async () => {
    await using app = await openTestAuth(dialect, { ...optional, VERIFY_SECONDS: 600 });
    const [ann, bob] = [await app.register("Ann", "ann@example.com"), await app.register("Bob")];
    const token = tokenIn((await app.takeMails())[0]);
    await app.auth.links.requestPasswordReset({ email: "ann@example.com" }, from);
    const resetToken = tokenIn((await app.takeMails())[0]);
    const asBob = { ...from, presented: bob.principal };

    expect(await app.auth.links.verifyEmail({ token: resetToken }, from)).toEqual(linkInvalid);
    expect(await app.auth.links.resetPassword({ token, password: "another horse" }, from)).toEqual(linkInvalid);
    expect(await app.auth.links.confirmEmailChange({ token }, from)).toEqual(linkInvalid);
    expect(await app.auth.links.revertEmailChange({ token }, from)).toEqual(linkInvalid);
    expect(await app.validate(token)).toBeNull();
    app.clock.advance(600_000 - 1);
    expect(await app.auth.links.verifyEmail({ token }, asBob)).toEqual({ status: "verified", userId: ann.id });

    expect(await app.validate(bob.token)).toEqual(bob.principal);
    expect(await app.auth.links.resendVerification({ email: "bob@example.com" }, asBob)).toEqual({
      status: "accepted",
    });
    expect(await app.takeMails()).toEqual([]);
  });

  test("a link that is too old confirms nothing", async () => {
    await using app = await openTestAuth(dialect, { ...optional, VERIFY_SECONDS: 600 });
    await app.register("Ann", "ann@example.com");
    const token = tokenIn((await app.takeMails())[0]);
    app.clock.advance(600_000);

    expect(await verify(app, token)).toEqual(linkInvalid);
  });

  test("the mail is sent again when asked for, with one answer for every address, so many times an hour", async () => {
    await using app = await openTestAuth(dialect, { ...required, MAILS_PER_ADDRESS: 3 });
    await register(app, "Ann", "ann@example.com");
    await register(app, "Bob", "bob@example.com");
    const tokens = await linksByUser(app);
    await verify(app, tokens["Bob"]);
    const resend = (email: string) => app.auth.links.resendVerification({ email }, from);

    for (const email of ["ANN@example.com", "bob@example.com", "nobody@example.com"]) {
      expect(await resend(email)).toEqual({ status: "accepted" });
    }
    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to)).toEqual(["ann@example.com"]);
    expect(await verify(app, tokenIn(mails[0]))).toMatchObject({ status: "verified" });

    for (const email of ["bob@example.com", "nobody@example.com"]) {
      await resend(email);
      await resend(email);
      expect(await resend(email)).toMatchObject({ status: "limited" });
    }
    expect(await resend("not an address")).toMatchObject({ status: "invalid" });
  });

  test("who is signed in and asks for the mail again gets the link of their own account", async () => {
    await using app = await openTestAuth(dialect, optional);
    const ann = await app.register("Ann", "ann@example.com");
    const eve = await app.register("Eve", "ann@example.com");
    await app.takeMails();

    const asAnn = { ...from, presented: ann.principal };
    await app.auth.links.resendVerification({ email: "ann@example.com" }, asAnn);
    const [mail] = await app.takeMails();

    expect(mail?.text).toContain("The account is called Ann.");
    expect(await verify(app, tokenIn(mail))).toEqual({ status: "verified", userId: ann.id });
    expect(await app.validate(eve.token)).toMatchObject({ user: { emailVerifiedAt: null } });
  });

  test("EML-10: who asks again without being signed in gets a link for each account that waits, by name: not the newest one's", async () => {
    await using app = await openTestAuth(dialect, required);
    await register(app, "carla", "carla@example.com");
    await register(app, "evil", "carla@example.com");
    await register(app, "bob", "bob@example.com");
    await app.takeMails();

    await app.auth.links.resendVerification({ email: "carla@example.com" }, from);
    const mails = await app.takeMails();

    expect(mails.map(({ to }) => to)).toEqual(["carla@example.com"]);
    const links = linksIn(mails[0]);
    expect(Object.keys(links)).toEqual(["carla", "evil"]);
    expect(await verify(app, links["carla"])).toMatchObject({ status: "verified" });
    expect(await login(app, "carla")).toMatchObject({ status: "signed-in" });
    expect(await verify(app, links["evil"])).toEqual(linkInvalid);
    expect(await login(app, "evil")).toEqual({ status: "unverified" });
  });

  test("EML-10: with the username the link is that account's, and nobody's for a name that does not wait for the address", async () => {
    await using app = await openTestAuth(dialect, required);
    for (const name of ["carla", "evil"]) await register(app, name, "carla@example.com");
    await register(app, "bob", "bob@example.com");
    await app.takeMails();
    const resend = (username: string) =>
      app.auth.links.resendVerification({ email: "carla@example.com", username }, from);

    expect(await resend("CARLA")).toEqual({ status: "accepted" });
    const mails = await app.takeMails();
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain("The account is called carla.");
    for (const name of ["bob", "nobody", "no\u0000name"]) expect(await resend(name)).toEqual({ status: "accepted" });
    expect(await app.takeMails()).toEqual([]);

    expect(await verify(app, tokenIn(mails[0]))).toMatchObject({ status: "verified" });
    expect(await login(app, "carla")).toMatchObject({ status: "signed-in" });
  });

  test("RAT-14: strangers who register with an address keep its owner from nothing: the right password brings a mail", async () => {
    await using app = await openTestAuth(dialect, { ...required, MAILS_PER_ADDRESS: 3 });
    const stranger = { ...from, ip: "198.51.100.7" };
    const names = Array.from({ length: 8 }, (_, index) => `stranger${index}`);
    const enter = (username: string, origin: typeof from) =>
      app.auth.accounts.login({ login: username, password: testPassword }, origin);
    for (const username of names) {
      await app.auth.accounts.register({ username, email: "bob@example.com", password: testPassword }, stranger);
    }
    expect(await app.takeMails()).toHaveLength(3);
    await register(app, "bob", "bob@example.com");
    expect(await app.takeMails()).toEqual([]);
    // They know the passwords of the accounts they made, but from where they are they get no more than their share.
    for (const username of names) await enter(username, stranger);
    expect(await app.takeMails()).toHaveLength(3);

    expect(await enter("bob", from)).toEqual({ status: "unverified" });

    const mails = await app.takeMails();
    expect(mails[0]?.text).toContain("The account is called bob.");
    expect(await verify(app, tokenIn(mails[0]))).toMatchObject({ status: "verified" });
    expect(await enter("bob", from)).toMatchObject({ status: "signed-in" });
    // With an address that is confirmed there is nothing left to remind of: its owner is told, as often as of any stranger.
    app.clock.advance(200_000);
    for (const username of names) await enter(username, { ...from, ip: "203.0.113.9" });
    expect(await app.takeMails()).toEqual([]);
  });

  test("RAT-14: from ever new places an address gets four times the usual number of reminders, and no more", async () => {
    await using app = await openTestAuth(dialect, { ...required, MAILS_PER_ADDRESS: 1 });
    const names = Array.from({ length: 6 }, (_, index) => `stranger${index}`);
    for (const name of names) await register(app, name, "bob@example.com");
    await app.takeMails();

    for (const [index, name] of names.entries()) {
      await app.auth.accounts.login({ login: name, password: testPassword }, { ...from, ip: `198.51.100.${index}` });
    }

    expect(await app.takeMails()).toHaveLength(4);
  });

  test("REG-17: while the mail server is away registering goes on as usual, and the mail follows", async () => {
    await using app = await openTestAuth(dialect, required);
    app.mailer.fail(new Error("connection refused"));

    expect(await register(app, "Ann", "ann@example.com")).toEqual(waiting);
    expect(await app.takeMails()).toEqual([]);
    expect(app.errors).toHaveLength(1);
    app.mailer.fail(null);

    expect(await verify(app, tokenIn((await app.takeMails())[0]))).toMatchObject({ status: "verified" });
  });

  test("a mail is in the language its reader prefers", async () => {
    await using app = await openTestAuth(dialect, required);
    await app.auth.accounts.register(
      { username: "Ann", email: "ann@example.com", password: testPassword },
      { ...from, locale: "ar-EG" },
    );

    const [mail] = await app.takeMails();
    expect(mail?.html).toContain('<html lang="ar" dir="rtl">');
    expect(mail?.subject).toContain("أكّد");
  });

  test("what happened is in the audit log, the account that lost the address included", async () => {
    await using app = await openTestAuth(dialect, optional);
    const squatter = await app.register("Squatter", "ann@example.com");
    const ann = await app.register("Ann", "ann@example.com");
    const tokens = await linksByUser(app);
    await verify(app, tokens["Ann"]);
    await verify(app, tokens["Ann"]);
    await app.auth.audit.flush();

    const events = await app.auth.audit.list({ limit: 10, action: "auth.verify_email" });
    expect(events.map(({ outcome, reason, actorId, subjectId }) => [outcome, reason, actorId, subjectId])).toEqual(
      expect.arrayContaining([
        ["ok", "released", ann.id, squatter.id],
        ["ok", null, ann.id, null],
        ["refused", "link_invalid", null, null],
      ]),
    );
  });
});

function register(app: TestAuth, username: string, email: string | null | undefined) {
  return app.auth.accounts.register({ username, email, password: testPassword }, from);
}

function verify(app: TestAuth, token: string | undefined) {
  return app.auth.links.verifyEmail({ token: token ?? "" }, from);
}

function login(app: TestAuth, name: string, password = testPassword) {
  return app.auth.accounts.login({ login: name, password }, nowhere);
}

async function find(app: TestAuth, username: string) {
  const { users } = app.db.tables;
  const [user] = await app.db.select().from(users).where(eq(users.username, username));
  return user;
}

/** The tokens in one mail with links for several accounts, by the name of each. */
function linksIn(mail: Mail | undefined): Record<string, string> {
  const found = (mail?.text ?? "").matchAll(/account (\S+):\n\S+#token=([\w-]{43})$/gm);
  return Object.fromEntries([...found].map(([, name = "", token = ""]) => [name, token]));
}

/** The tokens of the mails on their way, by the name of the user each confirms. */
async function linksByUser(app: TestAuth): Promise<Record<string, string>> {
  const { users, accountTokens } = app.db.tables;
  const found: Record<string, string> = {};
  for (const mail of await app.takeMails()) {
    const token = tokenIn(mail);
    const [owner] = await app.db
      .select({ username: users.username })
      .from(accountTokens)
      .innerJoin(users, eq(users.id, accountTokens.userId))
      .where(eq(accountTokens.tokenHash, hashToken(token) ?? ""));
    if (owner) found[owner.username] = token;
  }
  return found;
}
