import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { defaultSettings, type Settings } from "@countersign/contract";

import { lockRows } from "../admin/lock-rows.ts";
import { nowhere, openTestAuth, testPassword } from "../test/open-auth.ts";

import { createOperator } from "./create-operator.ts";
import type { NewUser } from "./operator.ts";

const actor = { id: null, name: "cli" };
const root: NewUser = {
  username: "Root",
  email: "root@example.com",
  isEmailVerified: true,
  password: "a few random words",
  isStaff: true,
  isSuperuser: true,
};
const cid: NewUser = {
  ...root,
  username: "Cid",
  email: null,
  isEmailVerified: false,
  isStaff: false,
  isSuperuser: false,
};

/** An operator beside an app on the same database. */
async function openOperator(dialect: TestDialect, settings: Partial<Settings> = {}) {
  const app = await openTestAuth(dialect, settings);
  const { db, bus, clock, errors } = app;
  const operator = createOperator({
    db,
    bus,
    clock,
    settings: { ...defaultSettings, ...settings },
    actor,
    onError: (error) => errors.push(error),
  });
  return {
    ...app,
    operator,
    make: async (user: NewUser) => {
      const made = await operator.createUser(user);
      if (made.status !== "created") throw new Error(JSON.stringify(made));
      return made.user;
    },
    /** What the log says happened, the oldest first. */
    async audited() {
      await operator.flush();
      const records = await app.auth.audit.list({ limit: 100, action: undefined });
      return records
        .filter(({ actorName }) => actorName === "cli")
        .map(({ action, outcome, subjectName, details }) => ({ action, outcome, subjectName, details }))
        .toReversed();
    },
  };
}

describeDatabases((dialect) => {
  const signIn = (app: Awaited<ReturnType<typeof openOperator>>, login: string, password: string) =>
    app.auth.accounts.login({ login, password }, nowhere);

  test("REG-20: an account made by an operator is what was asked for, signed in nowhere, and in the audit log", async () => {
    await using app = await openOperator(dialect, { SIGN_UP: false });

    const made = await app.make(root);
    await app.make(cid);

    expect(made).toMatchObject({
      username: "Root",
      isStaff: true,
      isSuperuser: true,
      emailVerifiedAt: expect.any(Date) as Date,
    });
    expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
    const signedIn = await signIn(app, "root", root.password);
    expect(signedIn).toMatchObject({ status: "signed-in", principal: { user: { isSuperuser: true } } });
    const other = await signIn(app, "cid", cid.password);
    expect(other).toMatchObject({ status: "signed-in", principal: { user: { isSuperuser: false, isStaff: false } } });
    expect(await app.audited()).toEqual([
      { action: "admin.user.create", outcome: "ok", subjectName: "Root", details: null },
      { action: "admin.user.set_superuser", outcome: "ok", subjectName: "Root", details: { value: true } },
      { action: "admin.user.set_staff", outcome: "ok", subjectName: "Root", details: { value: true } },
      { action: "admin.user.create", outcome: "ok", subjectName: "Cid", details: null },
    ]);
  });

  test("what is wrong with a new account is told field by field, and nothing is made", async () => {
    await using app = await openOperator(dialect);
    await app.make(root);

    const taken = await app.operator.createUser({ ...root, username: "rOOt", email: "ROOT@example.com" });
    expect(taken).toMatchObject({ status: "invalid", fields: { username: [/taken/], email: [/already/] } });
    const wrong = await app.operator.createUser({ ...root, username: " ", email: "x", password: "short" });
    expect(wrong).toMatchObject({ status: "invalid" });
    expect(Object.keys("fields" in wrong ? wrong.fields : {}).toSorted()).toEqual(["email", "password", "username"]);
    expect(await app.db.$count(app.db.tables.users)).toBe(1);
  });

  test("an account that is removed is gone with its sessions, and stands in the audit log; the last superuser stays", async () => {
    await using app = await openOperator(dialect);
    const [boss, plain] = [await app.make(root), await app.make(cid)];
    await signIn(app, "cid", cid.password);

    expect(await app.operator.removeUser(plain.id)).toEqual({ status: "changed", endedSessions: 1 });
    expect(await app.operator.removeUser(plain.id)).toEqual({ status: "not-found" });
    expect(await app.operator.removeUser(boss.id)).toEqual({ status: "last-superuser" });

    expect(await app.operator.listSessions({ limit: 10 })).toMatchObject({ total: 0 });
    expect(await app.operator.listUsers({ limit: 10 })).toMatchObject({ total: 1, items: [{ username: "Root" }] });
    expect((await app.audited()).filter(({ action }) => action === "admin.user.remove")).toEqual([
      { action: "admin.user.remove", outcome: "ok", subjectName: "Cid", details: { count: 1 } },
      expect.objectContaining({ outcome: "refused", subjectName: "Root" }),
    ]);
  });

  test("names that are kept for the library are taken for everybody else, however they are written", async () => {
    await using app = await openOperator(dialect);
    for (const username of ["countersign-doctor", "Countersign-Doctor-2", "\uff23ountersign-doctor"]) {
      const input = { username, email: null, password: "a few random words" };
      const taken = { status: "invalid", fields: { username: ["This username is taken."] } };
      expect(await app.auth.accounts.register(input, nowhere), username).toMatchObject(taken);
      expect(await app.operator.createUser({ ...cid, username }), username).toMatchObject(taken);
    }
    expect(await app.operator.createUser({ ...cid, username: "doctor" })).toMatchObject({ status: "created" });
  });

  test("of two that take one name at once, one is told that it is taken", async () => {
    await using app = await openOperator(dialect);

    const results = await Promise.all([app.operator.createUser(root), app.operator.createUser(root)]);

    expect(results.map(({ status }) => status).toSorted()).toEqual(["created", "invalid"]);
  });

  test("where addresses must be confirmed, an account with one that is not says so, and is refused sign-in", async () => {
    await using app = await openOperator(dialect, { EMAIL_VERIFICATION: "required" });
    const unknown = { ...cid, email: "cid@example.com" };

    await expect(app.operator.createUser(unknown)).resolves.toMatchObject({ mustConfirmEmail: true });
    await expect(app.operator.createUser(root)).resolves.toMatchObject({ mustConfirmEmail: false });
    expect((await signIn(app, "cid", cid.password)).status).not.toBe("signed-in");
    expect((await signIn(app, "root", root.password)).status).toBe("signed-in");
  });

  test("PASSWORD_MIN_LENGTH holds for operators too", async () => {
    await using app = await openOperator(dialect, { PASSWORD_MIN_LENGTH: 15 });

    const short = await app.operator.createUser({ ...cid, password: "x".repeat(14) });
    expect(short).toMatchObject({ fields: { password: [/at least 15/] } });
    await app.make({ ...cid, password: "a horse, correct" });
  });

  test("EMAIL_REQUIRED holds for operators too", async () => {
    await using app = await openOperator(dialect, { EMAIL_REQUIRED: true });

    await expect(app.operator.createUser(cid)).resolves.toMatchObject({ fields: { email: [/needs an email/] } });
    await expect(app.operator.createUser(root)).resolves.toMatchObject({ status: "created" });
  });

  test("who is promoted is a superuser with the next call, nobody else is, and a second time changes nothing", async () => {
    await using app = await openOperator(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    app.hints.length = 0;

    await expect(app.operator.setRank(ann.id, { isSuperuser: true })).resolves.toMatchObject({ status: "changed" });
    await expect(app.operator.setRank(ann.id, { isSuperuser: true })).resolves.toEqual({ status: "unchanged" });
    await expect(app.operator.setRank("no-such", { isSuperuser: true })).resolves.toEqual({ status: "not-found" });

    expect((await app.validate(ann.token))?.user).toMatchObject({ isSuperuser: true, isStaff: false });
    expect((await app.validate(bob.token))?.user.isSuperuser).toBe(false);
    expect(app.hints).toContainEqual({ kind: "user", userId: ann.id });
    expect(await app.audited()).toHaveLength(1);
  });

  test("the last active superuser is neither demoted nor switched off, which the log tells; the one before last is", async () => {
    await using app = await openOperator(dialect);
    const only = await app.make(root);
    const off = await app.make({ ...root, username: "Off", email: null });
    const next = await app.make(cid);
    await app.operator.setActive(off.id, false);

    await expect(app.operator.setRank(only.id, { isSuperuser: false })).resolves.toEqual({ status: "last-superuser" });
    await expect(app.operator.setActive(only.id, false)).resolves.toEqual({ status: "last-superuser" });
    expect(await app.operator.findUser(only.id)).toMatchObject({ isSuperuser: true, isActive: true });
    const refused = (await app.audited()).filter(({ outcome }) => outcome === "refused");
    expect(refused.map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ["admin.user.set_superuser", "Root"],
      ["admin.user.set_active", "Root"],
    ]);

    await app.operator.setRank(next.id, { isSuperuser: true });
    await expect(app.operator.setRank(only.id, { isSuperuser: false })).resolves.toMatchObject({ status: "changed" });
  });

  test("of two superusers who go at once, one stays", async () => {
    await using app = await openOperator(dialect);
    const [one, two] = [await app.make(root), await app.make({ ...root, username: "Two", email: null })];

    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.all([
        app.operator.setRank(one.id, { isSuperuser: false }),
        app.operator.setActive(two.id, false),
      ]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(["changed", "last-superuser"]);
      await app.operator.setRank(one.id, { isSuperuser: true });
      await app.operator.setActive(two.id, true);
    }
  });

  test("switching somebody off and a change that locks superusers too do not wait for each other", async () => {
    await using app = await openOperator(dialect);
    const ann = await app.make(cid);
    const superuser = await app.make(root);
    expect(ann.id < superuser.id).toBe(true);
    const lockAll = () =>
      app.db.transaction(async (tx) => {
        await lockRows(tx, { userIds: [ann.id], superusers: true });
        // Time for the other one to begin.
        await new Promise((resolve) => setTimeout(resolve, 2));
      });

    for (let round = 0; round < 20; round += 1) {
      const changes = [lockAll(), app.operator.setActive(ann.id, round % 2 === 1), lockAll()];
      await expect(Promise.all(changes)).resolves.toHaveLength(3);
    }
  });

  test("PRM-11: switching an account off ends its sessions and mailed links, and those of nobody else", async () => {
    await using app = await openOperator(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    await mailLink(app, ann.id);
    await mailLink(app, ann.id, "email_revert");
    await mailLink(app, bob.id);

    await expect(app.operator.setActive(ann.id, false)).resolves.toEqual({ status: "changed", endedSessions: 1 });

    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
    expect(await linkHolders(app)).toEqual([`${bob.id} reset`]);
    expect(await signIn(app, "Ann", testPassword)).toEqual({ status: "refused" });
    expect(app.hints).toContainEqual({
      kind: "sessions-ended",
      sessionIds: [ann.principal.session.id],
      reason: "deactivated",
    });

    await expect(app.operator.setActive(ann.id, true)).resolves.toEqual({ status: "changed", endedSessions: 0 });
    await expect(app.operator.setActive(ann.id, true)).resolves.toEqual({ status: "unchanged" });
    expect(await app.validate(ann.token)).toBeNull();
    expect(await signIn(app, "Ann", testPassword)).toMatchObject({ status: "signed-in" });
  });

  test("a new password ends sessions and mailed links, the old one is refused, and neither is in the log", async () => {
    await using app = await openOperator(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    await mailLink(app, ann.id);
    await mailLink(app, ann.id, "email_revert");
    await mailLink(app, bob.id);

    const set = await app.operator.setPassword(ann.id, "another few words");

    expect(set).toEqual({ status: "changed", endedSessions: 1 });
    expect(await app.validate(ann.token)).toBeNull();
    expect(await app.validate(bob.token)).not.toBeNull();
    // Nor does the way back from a change of address make the new one void.
    expect(await linkHolders(app)).toEqual([`${bob.id} reset`]);
    expect(await signIn(app, "Ann", testPassword)).toEqual({ status: "refused" });
    expect(await signIn(app, "Ann", "another few words")).toMatchObject({ status: "signed-in" });
    expect(await signIn(app, "Bob", testPassword)).toMatchObject({ status: "signed-in" });
    expect(JSON.stringify(await app.audited())).not.toContain("another few words");
    expect(await app.audited()).toMatchObject([{ action: "admin.user.set_password", subjectName: "Ann" }]);
  });

  test("a new password takes away what providers opened before somebody confirmed the address", async () => {
    await using app = await openOperator(dialect);
    const { db } = app;
    const [ann, bob, dan] = [
      await app.make({ ...root, isEmailVerified: false }),
      await app.make({ ...cid, email: "c@x.yz" }),
      await app.make({ ...cid, username: "Dan", email: "d@x.yz" }),
    ];
    const { identities, users } = db.tables;
    await db.update(users).set({ emailVerifiedAt: new Date() }).where(eq(users.id, bob.id));
    await db
      .update(users)
      .set({ emailVerifiedAt: new Date(Date.now() + 60_000) })
      .where(eq(users.id, dan.id));
    for (const { id } of [ann, bob, dan]) {
      const row = { id: `of-${id}`, userId: id, issuer: "https://id.example.com", subject: id, provider: "works" };
      await db.insert(identities).values({ ...row, createdAt: new Date() });
    }

    for (const { id } of [ann, bob, dan]) await app.operator.setPassword(id, "another few words");

    expect((await db.select().from(identities)).map(({ userId }) => userId)).toEqual([bob.id]);
    expect(await app.audited()).toContainEqual({
      action: "account.identity.unlink",
      outcome: "ok",
      subjectName: "Root",
      details: { provider: "works" },
    });
  });

  test("a password that registration would refuse is refused, and nothing ends", async () => {
    await using app = await openOperator(dialect);
    const ann = await app.register("Annabella");

    for (const password of ["short", "password123", "annabella"]) {
      await expect(app.operator.setPassword(ann.id, password)).resolves.toMatchObject({ status: "invalid" });
    }
    await expect(app.operator.setPassword("no-such", "a few words")).resolves.toEqual({ status: "not-found" });
    expect(await app.validate(ann.token)).not.toBeNull();
  });

  test("one session, all of a user's, or all there are end, and no others", async () => {
    await using app = await openOperator(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const phone = await signIn(app, "Ann", testPassword);
    const tablet = await signIn(app, "Bob", testPassword);
    if (phone.status !== "signed-in" || tablet.status !== "signed-in") throw new Error("Not signed in.");
    const alive = () =>
      Promise.all([ann, phone, bob, tablet].map(async ({ token }) => (await app.validate(token)) !== null));

    await expect(app.operator.endSession(phone.session.id)).resolves.toBe(true);
    await expect(app.operator.endSession(phone.session.id)).resolves.toBe(false);
    expect(await alive()).toEqual([true, false, true, true]);

    await expect(app.operator.endSessions(bob.id)).resolves.toBe(2);
    expect(await alive()).toEqual([true, false, false, false]);

    const again = await signIn(app, "Bob", testPassword);
    expect(again.status).toBe("signed-in");
    await expect(app.operator.endAllSessions()).resolves.toBe(2);
    expect(await alive()).toEqual([false, false, false, false]);
    expect(await app.audited()).toMatchObject([
      { action: "admin.session.end", subjectName: "Ann", details: { session: phone.session.id } },
      { action: "admin.user.end_sessions", subjectName: "Bob", details: { count: 2 } },
      { action: "admin.user.end_sessions" },
      { action: "admin.user.end_sessions" },
    ]);
  });

  test("an account is found by id, name or address; a name that is another's id does not stand in for them", async () => {
    await using app = await openOperator(dialect);
    const made = await app.make(root);
    const impostor = await app.make({ ...cid, username: made.id });

    for (const name of [made.id, "rOOt", " root ", "Root@Example.com"]) {
      expect(await app.operator.findUser(name), name).toMatchObject({ id: made.id });
    }
    expect(await app.operator.findUser(impostor.id)).toMatchObject({ id: impostor.id });
    for (const name of ["", "nobody", "nobody@example.com", "\0"]) expect(await app.operator.findUser(name)).toBeNull();
  });

  test("users are listed by name, filtered, a page of them with the count of all; wildcards stand for themselves", async () => {
    await using app = await openOperator(dialect);
    for (const username of ["b_b", "bxb", "a%a", "axa"]) await app.make({ ...cid, username });
    const made = await app.make(root);
    await app.operator.setActive((await app.operator.findUser("bxb"))?.id ?? "", false);
    const names = async (filter: Parameters<typeof app.operator.listUsers>[0]) =>
      (await app.operator.listUsers(filter)).items.map(({ username }) => username);

    expect(await names({ limit: 10 })).toEqual(["a%a", "axa", "b_b", "bxb", "Root"]);
    expect(await names({ limit: 10, search: "_" })).toEqual(["b_b"]);
    expect(await names({ limit: 10, search: "%" })).toEqual(["a%a"]);
    expect(await names({ limit: 10, search: "\\" })).toEqual([]);
    expect(await names({ limit: 10, search: "EXAMPLE" })).toEqual(["Root"]);
    expect(await names({ limit: 10, isActive: false })).toEqual(["bxb"]);
    expect(await names({ limit: 10, isSuperuser: true })).toEqual(["Root"]);
    expect(await app.operator.listUsers({ limit: 2 })).toMatchObject({ items: [{}, {}], total: 5 });
    expect(JSON.stringify(await app.operator.listUsers({ limit: 10 }))).not.toContain("argon2");
    expect(made.emailVerifiedAt).not.toBeNull();
  });

  test("running sessions are listed without what opens them; those that are over are pruned", async () => {
    await using app = await openOperator(dialect, { SESSION_IDLE_SECONDS: 3600 });
    const ann = await app.register("Ann");
    app.clock.advance(1000);
    const bob = await app.register("Bob");

    const { items, total } = await app.operator.listSessions({ limit: 10 });
    expect(items.map(({ username }) => username)).toEqual(["Bob", "Ann"]);
    expect(total).toBe(2);
    expect(Object.keys(items[0] ?? {})).not.toContain("tokenHash");
    expect(await app.operator.listSessions({ limit: 1, userId: ann.id })).toMatchObject({
      items: [{ id: ann.principal.session.id }],
      total: 1,
    });

    await expect(app.operator.pruneSessions()).resolves.toBe(0);
    app.clock.advance(3600 * 1000 - 500);
    expect((await app.operator.listSessions({ limit: 10 })).items.map(({ id }) => id)).toEqual([
      bob.principal.session.id,
    ]);
    await expect(app.operator.pruneSessions()).resolves.toBe(1);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(1);
  });
});

type App = Awaited<ReturnType<typeof openOperator>>;

async function mailLink({ db, clock }: App, userId: string, purpose = "reset"): Promise<void> {
  const createdAt = new Date(clock.now());
  const expiresAt = new Date(clock.now() + 3_600_000);
  await db.insert(db.tables.accountTokens).values({
    userId,
    purpose,
    tokenHash: `hash of ${userId} ${purpose}`,
    email: "ann@example.com",
    createdAt,
    expiresAt,
  });
}

async function linkHolders({ db }: App): Promise<string[]> {
  const { accountTokens } = db.tables;
  const links = await db.select().from(accountTokens);
  return links.map(({ userId, purpose }) => `${userId} ${purpose}`).toSorted();
}
