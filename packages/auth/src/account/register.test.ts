import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { cpuTime, median } from "../test/cpu-time.ts";
import { nowhere, openTestAuth, testPassword } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };
const ann = { username: " Ann ", email: "ANN@Example.com", password: testPassword };

describeDatabases((dialect) => {
  test("REG-01: an account is made and signed in, and the answer carries nothing that must not get out", async () => {
    await using app = await openTestAuth(dialect);

    const result = await app.auth.accounts.register(ann, from);

    if (result.status !== "signed-in") throw new Error(result.status);
    const [user] = await app.db.select().from(app.db.tables.users);
    const now = new Date(app.clock.now());
    expect(user).toMatchObject({
      username: "Ann",
      usernameKey: "ann",
      email: "ann@example.com",
      emailKey: "ann@example.com",
      emailVerifiedAt: null,
      isActive: true,
      isStaff: false,
      isSuperuser: false,
      createdAt: now,
      lastLoginAt: now,
    });
    expect(result.principal).toEqual(await app.validate(result.token));
    expect(result.principal).toMatchObject({ user: { id: user?.id, username: "Ann" }, session: { remember: false } });
    expect(JSON.stringify(result)).not.toMatch(/hash|argon2/i);
    expect(await app.auth.sessions.list(user?.id ?? "")).toMatchObject([{ ip: "192.0.2.1", userAgent: "Firefox" }]);
  });

  test("an email may be left out, by several people", async () => {
    await using app = await openTestAuth(dialect);
    const results = [
      await app.auth.accounts.register({ username: "Ann", password: testPassword }, nowhere),
      await app.auth.accounts.register({ username: "Bob", password: testPassword, email: null }, nowhere),
      await app.auth.accounts.register({ username: "Eve", password: testPassword, email: "" }, nowhere),
    ];

    expect(results.map(({ status }) => status)).toEqual(["signed-in", "signed-in", "signed-in"]);
    expect(await app.db.select({ email: app.db.tables.users.email }).from(app.db.tables.users)).toEqual(
      Array.from({ length: 3 }, () => ({ email: null })),
    );
  });

  test("REG-02: each field that is wrong is told, all at once, and no row is written", async () => {
    await using app = await openTestAuth(dialect);

    const result = await app.auth.accounts.register({ username: "", email: "a@b@c", password: "short" }, from);

    expect(result).toEqual({
      status: "invalid",
      fields: {
        username: ["Choose a username."],
        email: ["Write an email address, as in ann@example.com."],
        password: ["Too short: at least 8 characters."],
      },
    });
    expect(await app.db.$count(app.db.tables.users)).toBe(0);
  });

  test("REG-04: 256 characters are a password that works at sign-in; 257 are refused without hashing", async () => {
    await using app = await openTestAuth(dialect);
    const longest = "ä".repeat(256);
    await app.auth.accounts.register({ username: "Ann", password: longest }, from);
    for (const password of [`${longest}ä`, "x".repeat(1_000_000)]) {
      const register = () => app.auth.accounts.register({ username: "Bob", password }, from);
      expect(await register()).toEqual({
        status: "invalid",
        fields: { password: ["Too long: at most 256 characters."] },
      });
      // A hash takes ten milliseconds.
      const took = [await cpuTime(register), await cpuTime(register), await cpuTime(register)];
      expect(median(took)).toBeLessThan(5);
    }
    const login = (password: string) => app.auth.accounts.login({ login: "Ann", password }, from);
    await expect(login(longest)).resolves.toMatchObject({ status: "signed-in" });
    await expect(login(longest.slice(1))).resolves.toEqual({ status: "refused" });
  });

  test("REG-11: names far too long are refused in no time", async () => {
    await using app = await openTestAuth(dialect);
    const endless = "ﷺ".repeat(300_000);
    const input = { username: endless, email: endless, password: testPassword };
    const register = () => app.auth.accounts.register(input, from);

    const result = await register();

    expect(await cpuTime(register)).toBeLessThan(20);
    expect(result).toMatchObject({
      status: "invalid",
      fields: { username: [expect.stringMatching("Too long")], email: [expect.stringMatching("Too long")] },
    });
  });

  test("REG-10, REG-11: a name or address taken in another spelling is a field error, and both are told", async () => {
    await using app = await openTestAuth(dialect);
    await app.auth.accounts.register({ ...ann, username: "Ωmega" }, from);
    const register = (username: string, email: string) =>
      app.auth.accounts.register({ username, email, password: testPassword }, from);
    const username = ["This username is taken."];
    const email = ["There is an account with this address already."];

    expect(await register("\u2126MEGA", "bob@example.com")).toEqual({ status: "invalid", fields: { username } });
    expect(await register("ｏｍｅｇａ", "ann@EXAMPLE.com")).toEqual({ status: "invalid", fields: { email } });
    expect(await register(" Ωmega", " ann@example.com")).toEqual({ status: "invalid", fields: { username, email } });
    expect(await register("Omega", "bob@example.com")).toMatchObject({ status: "signed-in" });
    expect(await app.db.$count(app.db.tables.users)).toBe(2);
  });

  test("REG-08: of twenty at once for one address, in any case, one gets the account and the others a field error", async () => {
    await using app = await openTestAuth(dialect);

    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        app.auth.accounts.register(
          {
            username: `user ${index}`,
            email: index % 2 ? "ann@example.com" : "ANN@example.com",
            password: testPassword,
          },
          from,
        ),
      ),
    );

    expect(results.filter(({ status }) => status === "signed-in")).toHaveLength(1);
    const refused = results.filter((result) => result.status === "invalid");
    expect(refused).toHaveLength(19);
    expect(new Set(refused.map(({ fields }) => Object.keys(fields).join()))).toEqual(new Set(["email"]));
    expect(await app.db.$count(app.db.tables.users)).toBe(1);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });

  test("REG-08: of twenty at once for one username one gets it", async () => {
    await using app = await openTestAuth(dialect);

    const results = await Promise.all(
      Array.from({ length: 20 }, () => app.auth.accounts.register({ username: "Ann", password: testPassword }, from)),
    );

    expect(results.filter(({ status }) => status === "signed-in")).toHaveLength(1);
    expect(results.filter(({ status }) => status === "invalid")).toHaveLength(19);
  });

  test("REG-14: registering over a session ends that session, and only that one", async () => {
    await using app = await openTestAuth(dialect);
    const bob = await app.register("Bob");
    const phone = await app.auth.accounts.login({ login: "Bob", password: testPassword }, from);
    if (phone.status !== "signed-in") throw new Error(phone.status);

    const result = await app.auth.accounts.register(ann, { ...from, presented: bob.principal });

    expect(result).toMatchObject({ status: "signed-in", principal: { user: { username: "Ann" } } });
    expect(await app.validate(bob.token)).toBeNull();
    expect(await app.validate(phone.token)).not.toBeNull();
    expect(app.hints).toEqual([{ kind: "sessions-ended", sessionIds: [bob.principal.session.id], reason: "replaced" }]);
  });

  test("REG-16: when the session cannot be written there is no account, and the session that was there goes on", async () => {
    await using app = await openTestAuth(dialect);
    const bob = await app.register("Bob");
    app.failSessions(true);

    await expect(app.auth.accounts.register(ann, { ...from, presented: bob.principal })).rejects.toThrow(
      DatabaseUnavailable,
    );

    expect(await app.db.$count(app.db.tables.users)).toBe(1);
    expect(await app.validate(bob.token)).not.toBeNull();
    expect(app.hints).toEqual([]);
    app.failSessions(false);
    await expect(app.auth.accounts.register(ann, from)).resolves.toMatchObject({ status: "signed-in" });
  });

  test("where sign-up is closed nobody gets an account", async () => {
    await using app = await openTestAuth(dialect, { SIGN_UP: false });

    await expect(app.auth.accounts.register(ann, from)).resolves.toEqual({ status: "closed" });
    expect(await app.db.$count(app.db.tables.users)).toBe(0);
  });

  test("one address makes only so many accounts an hour; another is not concerned", async () => {
    await using app = await openTestAuth(dialect, { REGISTER_ATTEMPTS: 2 });
    const register = (username: string, ip: string) =>
      app.auth.accounts.register({ username, password: testPassword }, { ...from, ip });
    await register("Ann", "192.0.2.1");
    // A name that is taken counts: otherwise names could be asked for without limit.
    await register("Ann", "192.0.2.1");

    expect(await register("Bob", "192.0.2.1")).toEqual({ status: "limited", retryAfterSeconds: 3600 });
    expect(await register("Bob", "192.0.2.2")).toMatchObject({ status: "signed-in" });
    app.clock.advance(3_600_000);
    expect(await register("Eve", "192.0.2.1")).toMatchObject({ status: "signed-in" });
  });

  test("when the queue for hashing is full the visitor is told to come back, and it does not count", async () => {
    await using app = await openTestAuth(dialect, {
      PASSWORD_HASH_CONCURRENCY: 1,
      PASSWORD_HASH_QUEUE: 1,
      REGISTER_ATTEMPTS: 5,
    });

    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((index) =>
        app.auth.accounts.register({ username: `user ${index}`, password: testPassword }, from),
      ),
    );

    expect(results.filter(({ status }) => status === "busy").length).toBeGreaterThan(0);
    expect(results.filter(({ status }) => status === "signed-in").length).toBeGreaterThan(0);
    await expect(app.auth.accounts.register(ann, from)).resolves.toMatchObject({ status: "signed-in" });
  });
});
