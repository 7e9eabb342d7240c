import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { createHashQueue } from "../password/hash-queue.ts";
import { createPasswords, hashParameters } from "../password/password.ts";
import { createToken } from "../session/token.ts";
import { cpuTime } from "../test/cpu-time.ts";
import { insertUser } from "../test/insert-user.ts";
import { nowhere, openTestAuth, type SignedIn, type TestAuth, testPassword } from "../test/open-auth.ts";

const from = { ip: "192.0.2.1", userAgent: "Firefox", presented: null };
const refused = { status: "refused" };

describeDatabases((dialect) => {
  test("LOG-01: the right name and password give a session of one's own, and the time of it is kept", async () => {
    await using app = await openTestAuth(dialect);
    const [ann] = [await app.register("Ann"), await app.register("Bob")];
    app.clock.advance(60_000);

    const result = await login(app, "Ann");

    expect(result.principal).toMatchObject({ user: { id: ann.id, username: "Ann" }, session: { userId: ann.id } });
    expect(await app.validate(result.token)).toEqual(result.principal);
    expect(await app.validate(ann.token)).not.toBeNull();
    const lastLogins = await app.db.select().from(app.db.tables.users).orderBy(app.db.tables.users.id);
    expect(lastLogins.map(({ lastLoginAt }) => lastLoginAt?.getTime())).toEqual([
      app.clock.now(),
      app.clock.now() - 60_000,
    ]);
  });

  test("signing in is no change of the user: open screens are not told", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");

    const result = await login(app, "Ann");

    expect(result.principal.user.version).toBe(ann.principal.user.version);
    expect(app.hints).toEqual([]);
  });

  test("LOG-08: blanks around the name and its case do not matter, of the password both do", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_FIELDS: "username,email" });
    const password = " Correct Horse ";
    await app.auth.accounts.register({ username: "Ann Lee", email: "ann@example.com", password }, nowhere);
    const attempt = (name: string, typed: string) => app.auth.accounts.login({ login: name, password: typed }, from);

    for (const name of ["Ann Lee", "  ann lee ", "ＡＮＮ　ＬＥＥ", "ann@example.com", " ANN@Example.COM\t"]) {
      expect(await attempt(name, password)).toMatchObject({ status: "signed-in" });
    }
    for (const typed of ["Correct Horse", " correct horse ", `${password} `]) {
      expect(await attempt("Ann Lee", typed)).toEqual(refused);
    }
  });

  test("LOG-02, LOG-04: wrong password, unknown name, inactive, password-less: one answer, no session, nothing written", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");
    const ivan = await app.register("Ivan");
    await app.auth.accounts.setActive(ivan.id, false);
    await insertUser(app.db, "Carol");
    await insertUser(app.db, "Broken", { passwordHash: "!" });
    const before = await app.db.select().from(app.db.tables.users);

    for (const [name, password] of [
      ["Ann", "not her password"],
      ["nobody", testPassword],
      ["nobody@example.com", testPassword],
      ["Ivan", testPassword],
      ["Carol", testPassword],
      ["Broken", "!"],
    ] as const) {
      expect(await app.auth.accounts.login({ login: name, password }, from)).toEqual(refused);
    }

    expect(await app.db.select().from(app.db.tables.users)).toEqual(before);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });

  test("RAT-11: unknown, inactive, password-less and wrong take the same work", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 1000 });
    await app.register("Ann");
    const ivan = await app.register("Ivan");
    await app.auth.accounts.setActive(ivan.id, false);
    await insertUser(app.db, "Carol");
    const took = new Map<string, number[]>();

    // Interleaved, so that what else the process does falls on all alike.
    for (let round = 0; round < 9; round += 1) {
      for (const name of ["Ann", "nobody", "Ivan", "Carol"]) {
        // LOG-04: of those who may not sign in, also the right password.
        const password = name === "Ann" ? "not the password" : testPassword;
        const attempt = () => app.auth.accounts.login({ login: name, password }, from);
        took.set(name, [...(took.get(name) ?? []), await cpuTime(attempt)]);
      }
    }

    // The least of each, since what comes on top is not the sign-in's own. A hash more or less would be a multiple.
    const least = [...took.values()].map((times) => Math.min(...times));
    expect(Math.max(...least) / Math.min(...least)).toBeLessThan(1.4);
  });

  test("LOG-07: without a name or a password, or with what can't be one, nothing is asked and nothing hashed", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");
    await app.db.close();

    for (const [name, password] of [
      ["", testPassword],
      ["  ", testPassword],
      ["ann\u0000", testPassword],
      ["x".repeat(257), testPassword],
      ["Ann", ""],
      ["Ann", "x".repeat(257)],
      ["Ann", "x".repeat(1_000_000)],
    ] as const) {
      expect(await app.auth.accounts.login({ login: name, password }, from)).toEqual(refused);
    }
    await expect(app.auth.accounts.login({ login: "Ann", password: testPassword }, from)).rejects.toThrow(
      DatabaseUnavailable,
    );
  });

  test("REM-01: remember-me is kept with the session", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");

    expect((await login(app, "Ann", { remember: true })).session.remember).toBe(true);
    expect((await login(app, "Ann")).session.remember).toBe(false);
  });

  test("SES-04, LOG-10: a new token is issued each time; the session the browser came with ends, and no other", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const phone = await login(app, "Ann");

    const again = await login(app, "Ann", {}, ann);

    expect(new Set([ann.token, phone.token, again.token]).size).toBe(3);
    expect(await app.validate(ann.token)).toBeNull();
    expect(await Promise.all([phone, again, bob].map(({ token }) => app.validate(token)))).not.toContain(null);
    expect(app.hints).toEqual([{ kind: "sessions-ended", sessionIds: [ann.principal.session.id], reason: "replaced" }]);
  });

  test("LOG-11: signing in as another user ends the session of the one before", async () => {
    await using app = await openTestAuth(dialect);
    const [ann] = [await app.register("Ann"), await app.register("Bob")];

    const bob = await login(app, "Bob", {}, ann);

    expect(bob.principal.user.username).toBe("Bob");
    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.auth.sessions.list(ann.id)).toEqual([]);
  });

  test("a failed sign-in never touches the session the browser came with", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 3 });
    const ann = await app.register("Ann");
    const attempt = () =>
      app.auth.accounts.login({ login: "Ann", password: "not her password" }, { ...from, presented: ann.principal });

    expect([await attempt(), await attempt(), await attempt()]).toEqual([refused, refused, refused]);
    expect(await attempt()).toMatchObject({ status: "limited" });

    expect(await app.validate(ann.token)).toEqual(ann.principal);
    expect(app.hints).toEqual([]);
  });

  test("LOG-17: when the new session cannot be written, the one before goes on and the sign-in did not happen", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 1 });
    const ann = await app.register("Ann");
    const before = await app.db.select().from(app.db.tables.users);
    app.clock.advance(1000);
    app.failSessions(true);

    await expect(login(app, "Ann", {}, ann)).rejects.toThrow(DatabaseUnavailable);

    expect(await app.validate(ann.token)).toEqual(ann.principal);
    expect(await app.db.select().from(app.db.tables.users)).toEqual(before);
    // Nor does it count as a guess.
    app.failSessions(false);
    await expect(login(app, "Ann")).resolves.toMatchObject({ status: "signed-in" });
  });

  test("SES-26: visitors who do not sign in leave no session, whatever token they show", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");
    for (let visit = 0; visit < 20; visit += 1) expect(await app.validate(createToken())).toBeNull();

    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });

  test("LOG-16: a hash with older parameters is renewed at sign-in, once, also by several at once", async () => {
    await using app = await openTestAuth(dialect);
    const queue = createHashQueue({ concurrency: 1, capacity: 1 });
    const old = await createPasswords(queue, { ...hashParameters, memoryCost: 8192 }).hash(testPassword);
    if (typeof old !== "string") throw new Error("The queue is full.");
    await insertUser(app.db, "Ann", { passwordHash: old });
    const bob = await app.register("Bob");
    const readHash = async (username: string) => {
      const { users } = app.db.tables;
      const [user] = await app.db.select().from(users).where(eq(users.username, username));
      return user?.passwordHash;
    };
    const bobsHash = await readHash("Bob");

    expect(await app.auth.accounts.login({ login: "Ann", password: "not her password" }, from)).toEqual(refused);
    expect(await readHash("Ann")).toBe(old);
    await Promise.all([login(app, "Ann"), login(app, "Ann"), login(app, "Ann")]);
    const renewed = await readHash("Ann");
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await login(app, "Ann");
    expect(await readHash("Ann")).toBe(renewed);
    expect(await readHash("Bob")).toBe(bobsHash);
    expect(await app.validate(bob.token)).not.toBeNull();
  });

  test("PRM-11: who is switched off after the password was verified, and before the commit, gets no session", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    app.beforeTransaction(async () => {
      await app.db.update(app.db.tables.users).set({ isActive: false }).where(eq(app.db.tables.users.id, ann.id));
    });

    expect(await app.auth.accounts.login({ login: "Ann", password: testPassword }, from)).toEqual(refused);

    expect(await app.auth.sessions.list(ann.id)).toHaveLength(1);
    await expect(login(app, "Bob")).resolves.toMatchObject({ status: "signed-in" });
    expect(await app.auth.sessions.list(bob.id)).toHaveLength(2);
  });

  test("PWD-08: a password changed after it was verified, and before the commit, opens nothing", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { users } = app.db.tables;
    const [changed] = await app.db.select().from(users).where(eq(users.id, bob.id));
    await app.auth.accounts.login({ login: "Bob", password: testPassword }, from);
    app.beforeTransaction(async () => {
      const passwordHash = changed?.passwordHash?.replace(/.{8}$/, "AAAAAAAA") ?? null;
      await app.db.update(users).set({ passwordHash }).where(eq(users.id, ann.id));
    });

    expect(await app.auth.accounts.login({ login: "Ann", password: testPassword }, from)).toEqual(refused);
    expect(await app.auth.sessions.list(ann.id)).toHaveLength(1);
  });

  test("RAT-01, RAT-02: the eleventh failure is limited, the right password with it, until the window passes", async () => {
    await using app = await openTestAuth(dialect);
    await app.register("Ann");
    await app.register("Bob");
    const attempt = (name: string, password: string) => app.auth.accounts.login({ login: name, password }, from);
    for (let failure = 0; failure < 10; failure += 1) expect(await attempt("Ann", "a guess")).toEqual(refused);

    expect(await attempt("Ann", "a guess")).toEqual({ status: "limited", retryAfterSeconds: 180 });
    expect(await attempt("ann ", testPassword)).toEqual({ status: "limited", retryAfterSeconds: 180 });
    expect(await attempt("Bob", testPassword)).toMatchObject({ status: "signed-in" });
    app.clock.advance(179_999);
    expect(await attempt("Ann", testPassword)).toEqual({ status: "limited", retryAfterSeconds: 1 });
    app.clock.advance(1);
    expect(await attempt("Ann", testPassword)).toMatchObject({ status: "signed-in" });
  });

  test("an unknown name is limited like a known one, so that limits tell nothing", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 2 });
    await app.auth.accounts.register({ username: "Ann", email: "ann@example.com", password: testPassword }, nowhere);
    const attempt = (name: string) => app.auth.accounts.login({ login: name, password: "a guess" }, from);
    for (const name of ["Ann", "nobody"])
      expect([await attempt(name), await attempt(name)]).toEqual([refused, refused]);

    expect(await attempt("Ann")).toMatchObject({ status: "limited" });
    expect(await attempt("nobody")).toMatchObject({ status: "limited" });
    // The address of the same account has a count of its own: else it would tell whose it is.
    expect(await attempt("ann@example.com")).toEqual(refused);
  });

  test("success starts the count of all the user's names anew", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_FIELDS: "username,email", LOGIN_ATTEMPTS: 2 });
    await app.auth.accounts.register({ username: "Ann", email: "ann@example.com", password: testPassword }, nowhere);
    const guess = (name: string) => app.auth.accounts.login({ login: name, password: "a guess" }, from);
    expect([await guess("Ann"), await guess("ann@example.com")]).toEqual([refused, refused]);

    await login(app, "Ann");

    expect([await guess("Ann"), await guess("Ann")]).toEqual([refused, refused]);
    expect([await guess("ann@example.com"), await guess("ann@example.com")]).toEqual([refused, refused]);
    expect(await guess("ann@example.com")).toMatchObject({ status: "limited" });
  });

  test("RAT-01: who only typed an address starts no count of it anew, whether it is somebody's or not", async () => {
    await using app = await openTestAuth(dialect, {
      LOGIN_FIELDS: "username,email",
      LOGIN_ATTEMPTS: 3,
      EMAIL_VERIFICATION: "optional",
    });
    await app.register("Ann", "ann@example.com");
    const password = "a password of Eve";
    for (const [name, email] of [
      ["Eve", "ann@example.com"],
      ["Fay", "fay@example.com"],
    ] as const) {
      await app.auth.accounts.register({ username: name, email, password }, nowhere);
      const attempt = (typed: string, guess: string) =>
        app.auth.accounts.login({ login: typed, password: guess }, from);
      const answers = [];
      for (const own of [name, email, name, email]) {
        answers.push((await attempt(email, "a guess")).status, (await attempt(own, password)).status);
      }
      // Three guesses at the address, and no more, however often they sign in between; the right ones do not count.
      const right = "signed-in";
      expect(answers).toEqual(["refused", right, "refused", right, "refused", right, "limited", "limited"]);
    }
  });

  test("an attacker elsewhere does not keep a user from signing in where the user registered", async () => {
    await using app = await openTestAuth(dialect, { LOGIN_ATTEMPTS: 2 });
    await app.auth.accounts.register({ username: "Ann", password: testPassword }, from);
    const attacker = { ...from, ip: "198.51.100.1" };
    for (const _ of [1, 2, 3]) await app.auth.accounts.login({ login: "Ann", password: "a guess" }, attacker);
    expect(await app.auth.accounts.login({ login: "Ann", password: testPassword }, attacker)).toMatchObject({
      status: "limited",
    });

    await expect(login(app, "Ann")).resolves.toMatchObject({ status: "signed-in" });
  });

  test("when the queue for hashing is full the visitor is told to come back, and it does not count as a guess", async () => {
    await using app = await openTestAuth(dialect, {
      PASSWORD_HASH_CONCURRENCY: 1,
      PASSWORD_HASH_QUEUE: 1,
      LOGIN_ATTEMPTS: 20,
    });
    await app.register("Ann");
    const attempt = () => app.auth.accounts.login({ login: "Ann", password: "a guess" }, from);

    const results = await Promise.all(Array.from({ length: 20 }, attempt));
    const turnedAway = results.filter(({ status }) => status === "busy").length;
    expect(turnedAway).toBeGreaterThan(0);
    expect(results.filter(({ status }) => status === "refused")).toHaveLength(20 - turnedAway);

    for (let guess = 0; guess < turnedAway; guess += 1) expect(await attempt()).toEqual(refused);
    expect(await attempt()).toMatchObject({ status: "limited" });
  });
});

/** Signs in with the right password. */
async function login(app: TestAuth, username: string, input: { remember?: boolean } = {}, presented?: SignedIn) {
  const result = await app.auth.accounts.login(
    { login: username, password: testPassword, ...input },
    { ...from, presented: presented?.principal ?? null },
  );
  if (result.status !== "signed-in") throw new Error(`${username} was not signed in: ${result.status}.`);
  return result;
}
