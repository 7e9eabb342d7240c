import { randomUUID } from "node:crypto";

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { newId } from "@countersign/auth";
import { type AdminPage, type AdminUser, adminUserOrders, type AdminUserRow } from "@countersign/contract";

import { answer, attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

type Page = AdminPage<AdminUserRow>;
const list = (socket: RawSocket, input: object) => answer<Page>(socket.query("admin.user.list", input));
const names = ({ rows }: Page) => rows.map(({ username }) => username);

describeDatabases((dialect) => {
  test("a search finds what contains the text, and no character of it has a meaning of its own", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const sue = await started.staff("sue", "users.view");
    for (const username of ["per%cent", "percent", "under_score", "underscore", "back\\slash", "ex!claim", "Ärmel"]) {
      await app.signIn(username);
    }
    const bob = await app.signIn("bob");
    await app.db
      .update(users)
      .set({ email: "bo@example.test", emailKey: "bo@example.test", firstName: "Robert", lastName: "O'Neil" })
      .where(eq(users.id, bob.id));
    await using socket = await sue.open();

    const found = async (search: string) => names(await list(socket, { search })).toSorted();
    expect(await found("per%")).toEqual(["per%cent"]);
    expect(await found("r_s")).toEqual(["under_score"]);
    expect(await found("\\")).toEqual(["back\\slash"]);
    expect(await found("!")).toEqual(["ex!claim"]);
    expect(await found("ärm")).toEqual(["Ärmel"]);
    expect(await found(" PERC ")).toEqual(["percent"]);
    for (const search of ["robert", "O'Neil", "bo@example", "example.test"])
      expect(await found(search)).toEqual(["bob"]);
    expect(await found("' or 1=1 --")).toEqual([]);
    expect(await list(socket, { search: "nobody" })).toEqual({ rows: [], nextCursor: null, total: 0 });
  });

  test("filters stand together, and the total counts what is behind all pages of them", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const [root, sue] = [await started.root(), await started.staff("sue", "users.view")];
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const groupId = await app.auth.rights.setGroup("crew", []);
    for (const { id } of [ann, sue]) await app.auth.rights.addToGroup(id, "crew");
    await app.auth.accounts.setActive(bob.id, false);
    await using socket = await sue.open();

    expect(names(await list(socket, {}))).toEqual(["ann", "bob", "root", "sue"]);
    expect(names(await list(socket, { isActive: false }))).toEqual(["bob"]);
    expect(names(await list(socket, { isStaff: true }))).toEqual(["sue"]);
    expect(names(await list(socket, { isSuperuser: true }))).toEqual(["root"]);
    expect(names(await list(socket, { groupId }))).toEqual(["ann", "sue"]);
    expect(names(await list(socket, { groupId, isStaff: false }))).toEqual(["ann"]);
    expect(names(await list(socket, { id: root.id }))).toEqual(["root"]);
    const page = await list(socket, { groupId, limit: 1 });
    expect(page).toMatchObject({ total: 2, rows: [{ username: "ann", groups: [{ id: groupId, name: "crew" }] }] });
  });

  test.each(adminUserOrders)(
    "paging by %s shows each user once, also those without the value, and in its order",
    async (order) => {
      await using started = await startAdminApp(dialect);
      const { app } = started;
      const { users } = app.db.tables;
      const sue = await started.staff("sue", "users.view");
      const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
      // Two who share each instant, two who never signed in.
      for (let index = 0; index < 8; index += 1) {
        const lastLoginAt = index < 2 ? null : at(Math.floor(index / 2));
        const name = { username: `User${index}`, usernameKey: `user${index}` };
        await app.db.insert(users).values({ id: newId(), ...name, createdAt: at(Math.floor(index / 2)), lastLoginAt });
      }
      await using socket = await sue.open();
      const query = { order, search: "user" };
      const whole = await list(socket, query);
      expect(whole).toMatchObject({ total: 8, nextCursor: null });

      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await list(socket, { ...query, limit: 3, ...(cursor ? { cursor } : {}) });
        expect(page.total).toBe(8);
        paged.push(...names(page));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);

      expect(paged).toEqual(names(whole));
      expect(new Set(paged).size).toBe(8);
      const values = whole.rows.map((row) => row[order.replace("-", "") as "username"]);
      const known = values.filter((value) => value !== null);
      expect(known).toEqual(order.startsWith("-") ? known.toSorted().toReversed() : known.toSorted());
      expect(values.slice(known.length).every((value) => value === null)).toBe(true);
    },
  );

  test("PRM-22: what is no cursor, no order, no id or beyond the bounds of a page is refused, and nothing else happens", async () => {
    await using started = await startAdminApp(dialect);
    const sue = await started.staff("sue", "users.view", "sessions.view", "groups.view", "audit.view");
    for (const name of ["ann", "bob"]) await started.app.signIn(name);
    await using socket = await sue.open();
    const cursor = (await list(socket, { limit: 1 })).nextCursor;
    const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

    const wrong: readonly object[] = [
      { cursor, order: "-username" },
      { cursor, order: "createdAt" },
      ...["", "x", forge(null), forge([]), forge(["username", 7, "x"]), forge(["username", null, "x"])].map(toCursor),
      ...[forge(["username", "a\0", "x"]), forge(["username", "a", "\ud800"]), forge(["username", "a"])].map(toCursor),
      { order: "createdAt", cursor: forge(["createdAt", 1e300, "x"]) },
      { order: "password_hash" },
      { limit: 0 },
      { limit: 101 },
      { limit: 1.5 },
      { search: "x".repeat(101) },
      { search: "a\0" },
      { groupId: "1 or 1=1" },
      { isActive: "yes" },
      { password: "x" },
    ];
    for (const input of wrong) {
      expect(outcomeOf(await socket.query("admin.user.list", input)), JSON.stringify(input)).toMatch("BAD_REQUEST");
    }
    for (const path of ["admin.session.list", "admin.group.list"]) {
      expect(outcomeOf(await socket.query(path, { cursor: forge(["name", 1, "x"]) })), path).toMatch("BAD_REQUEST");
    }
    expect(outcomeOf(await socket.query("admin.audit.list", { cursor: "x" }))).toMatch("BAD_REQUEST");
    // Negative controls: just within.
    for (const input of [{ cursor }, { limit: 100 }, { search: "x".repeat(100) }]) {
      expect(outcomeOf(await socket.query("admin.user.list", input)), JSON.stringify(input)).toBe("OK");
    }
  });

  test("PRM-22: unknown ids are NOT_FOUND and malformed ones BAD_REQUEST, for whatever is asked of them", async () => {
    await using started = await startAdminApp(dialect);
    const root = await started.root();
    const { id: bob } = await started.app.signIn("bob");
    await using socket = await root.open();
    const calls: readonly [string, object][] = [
      ["admin.user.get", {}],
      ["admin.user.update", { version: 1 }],
      ["admin.user.setActive", { value: false }],
      ["admin.user.setStaff", { value: true }],
      ["admin.user.setSuperuser", { value: true }],
      ["admin.user.setPermissions", { permissions: [] }],
      ["admin.user.setGroups", { groupIds: [] }],
      ["admin.user.endSessions", {}],
      ["admin.user.sendReset", {}],
      ["admin.user.removeIdentity", { identityId: randomUUID() }],
      ["admin.user.remove", {}],
      ["admin.session.end", {}],
      ["admin.group.update", { version: 1 }],
      ["admin.group.remove", {}],
    ];
    for (const [path, rest] of calls) {
      const type = path.endsWith(".get") ? "query" : "mutation";
      const ask = async (id: unknown) => outcomeOf(await socket.call(type, path, { ...rest, id }));
      expect(await ask(randomUUID()), path).toBe("NOT_FOUND");
      for (const id of ["NaN", "", "9".repeat(400), 7, null, {}, "__proto__", "a\0"]) {
        expect(await ask(id), `${path} ${JSON.stringify(id)}`).toMatch("BAD_REQUEST");
      }
    }
    const identityIds = [randomUUID(), "NaN", null] as const;
    const removed = identityIds.map((identityId) =>
      attempt(socket, "admin.user.removeIdentity", { id: bob, identityId }),
    );
    expect(await Promise.all(removed)).toEqual([
      "NOT_FOUND",
      "BAD_REQUEST INVALID_FIELDS",
      "BAD_REQUEST INVALID_FIELDS",
    ]);
    const groupIds = [randomUUID()];
    expect(await attempt(socket, "admin.user.setGroups", { id: bob, groupIds })).toBe("NOT_FOUND");
  });

  test("a user is shown without what opens the account: no hash, no key, no token", async () => {
    await using started = await startAdminApp(dialect);
    const sue = await started.staff("sue", "users.view");
    await using socket = await sue.open();

    const user = await answer<AdminUser>(socket.query("admin.user.get", { id: sue.id }));
    expect(user).toMatchObject({ username: "sue", hasPassword: true, permissions: ["users.view"], sessionCount: 1 });
    const [row] = (await list(socket, {})).rows;
    for (const shown of [user, row]) {
      expect(Object.keys(shown ?? {}).filter((name) => /hash|key|token/i.test(name) || name === "password")).toEqual(
        [],
      );
      expect(JSON.stringify(shown)).not.toMatch(/argon2|\$(?!can")/);
    }
  });

  test("a new account has the rules of registration, no rights, and signs in with its password", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.create");
    await using socket = await sue.open();
    const create = (input: object) => socket.mutate("admin.user.create", input);

    const { id } = await answer<{ id: string }>(
      create({
        username: "Néw",
        email: "New@Example.test",
        password: "a password of some length",
        firstName: " Ne ",
        locale: "PT-br",
      }),
    );
    expect(await started.readUser(id)).toMatchObject({
      username: "Néw",
      email: "new@example.test",
      emailVerified: false,
      firstName: "Ne",
      locale: "pt-BR",
      isActive: true,
      isStaff: false,
      isSuperuser: false,
      permissions: [],
      groups: [],
    });
    const from = { ip: null, userAgent: null, presented: null };
    const signedIn = await app.auth.accounts.login({ login: "néw", password: "a password of some length" }, from);
    expect(signedIn.status).toBe("signed-in");

    const wrong: readonly [object, string][] = [
      [{ username: "NÉW" }, "username"],
      [{ username: "other", email: "new@example.test" }, "email"],
      [{ username: "other", email: "nowhere" }, "email"],
      [{ username: "" }, "username"],
      [{ username: "other", password: "short" }, "password"],
      [{ username: "other", firstName: "a\nb" }, "firstName"],
      [{ username: "other", locale: "no language" }, "locale"],
      [{ username: "other", isSuperuser: true }, "isSuperuser"],
    ];
    for (const [input, field] of wrong) {
      const frame = await create(input);
      expect(Object.keys(frame.error?.data["fields"] ?? {}), JSON.stringify(input)).toEqual([field]);
    }
    expect(await started.audited("admin.user.create")).toMatchObject([
      { outcome: "ok", actorName: "sue", subjectName: "Néw", details: null },
    ]);
  });

  test("a change made from an old reading is a conflict with the present user, and changes nothing", async () => {
    await using started = await startAdminApp(dialect);
    const [sue, tom] = [
      await started.staff("sue", "users.change", "users.view"),
      await started.staff("tom", "users.change"),
    ];
    const bob = await started.app.signIn("bob");
    await using socket = await sue.open();
    await using other = await tom.open();
    const { id } = bob;
    const { version } = await started.readUser(id);

    expect(await attempt(other, "admin.user.update", { id, version, firstName: "Bobby" })).toBe("OK");
    const late = await socket.mutate("admin.user.update", { id, version, firstName: "Rob", email: "rob@example.test" });

    expect(outcomeOf(late)).toBe("CONFLICT VERSION_CONFLICT");
    const present = await started.readUser(id);
    // What the caller may do is theirs; the rest is as anybody reads it.
    expect({ ...(late.error?.data["current"] as AdminUser), $can: present.$can }).toEqual(present);
    expect(present).toMatchObject({ firstName: "Bobby", email: null });
    // The same for the others that are told a version, and a negative control with the present one.
    expect(await attempt(socket, "admin.user.setActive", { id, value: false, version })).toBe(outcomeOf(late));
    // Whoever may change users but not see them learns that it has changed, and no more.
    const blind = await other.mutate("admin.user.update", { id, version, firstName: "Rob" });
    expect(outcomeOf(blind)).toBe(outcomeOf(late));
    expect(blind.error?.data).not.toHaveProperty("current");
    expect(JSON.stringify(blind)).not.toContain("Bobby");
    const again = { id, version: present.version, firstName: "Rob" };
    expect(await attempt(socket, "admin.user.update", again)).toBe("OK");
    expect(await started.audited("admin.user.update")).toMatchObject([
      { actorName: "sue", subjectName: "bob", details: { fields: ["firstName"] } },
      { actorName: "tom", subjectName: "bob", details: { fields: ["firstName"] } },
    ]);
  });

  test("of two changes from the same reading at once, one is done", async () => {
    await using started = await startAdminApp(dialect);
    const [sue, tom] = [await started.staff("sue", "users.change"), await started.staff("tom", "users.change")];
    const { id } = await started.app.signIn("bob");
    await using socket = await sue.open();
    await using other = await tom.open();
    const { version } = await started.readUser(id);

    const came = await Promise.all([
      attempt(socket, "admin.user.update", { id, version, firstName: "A" }),
      attempt(other, "admin.user.update", { id, version, firstName: "B" }),
    ]);

    expect(came.toSorted()).toEqual(["CONFLICT VERSION_CONFLICT", "OK"]);
    expect((await started.readUser(id)).firstName).toBe(came[0] === "OK" ? "A" : "B");
  });

  test("an address given to somebody is unconfirmed, ends the links to the old one, and is nobody else's", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const { accountTokens, users } = app.db.tables;
    const root = await started.root();
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const [old, now] = ["old@example.test", new Date()];
    for (const { id } of [ann, bob]) {
      const email = id === bob.id ? old : "ann@example.test";
      await app.db.update(users).set({ email, emailKey: email, emailVerifiedAt: now }).where(eq(users.id, id));
      const link = { purpose: "reset", tokenHash: `of ${id}`, email, createdAt: now, expiresAt: now };
      await app.db.insert(accountTokens).values({ userId: id, ...link });
    }
    await using socket = await root.open();
    const change = async (fields: object) =>
      socket.mutate("admin.user.update", { id: bob.id, version: (await started.readUser(bob.id)).version, ...fields });

    expect((await change({ email: "ANN@example.test" })).error?.data["fields"]).toHaveProperty("email");
    expect(await started.readUser(bob.id)).toMatchObject({ email: old, emailVerified: true });
    expect(outcomeOf(await change({ email: old, firstName: "B" }))).toBe("OK");
    // The same address is no change of it.
    expect(await started.readUser(bob.id)).toMatchObject({ emailVerified: true });
    expect(outcomeOf(await change({ email: "new@example.test" }))).toBe("OK");
    expect(await started.readUser(bob.id)).toMatchObject({ email: "new@example.test", emailVerified: false });
    const left = await app.db
      .select({ userId: accountTokens.userId, purpose: accountTokens.purpose })
      .from(accountTokens);
    expect(left.filter(({ userId }) => userId === ann.id)).toEqual([{ userId: ann.id, purpose: "reset" }]);
    expect(left.filter(({ userId }) => userId === bob.id)).toEqual([{ userId: bob.id, purpose: "email_revert" }]);
  });

  test("PRM-11: whom an admin switches off is out at once and stays out; switched on again, old sessions stay ended", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.change");
    const [bob, ann] = [await app.signIn("bob"), await app.signIn("ann")];
    await using socket = await sue.open();
    await using theirs = await bob.open();
    await using others = await ann.open();

    expect(await attempt(socket, "admin.user.setActive", { id: bob.id, value: false })).toBe("OK");
    expect(await theirs.closed).toEqual({ code: 4401, reason: "deactivated" });
    await expect(bob.signInAgain()).rejects.toThrow("refused");
    expect(await attempt(socket, "admin.user.setActive", { id: bob.id, value: true })).toBe("OK");
    await using back = await bob.open();
    expect(outcomeOf(await back.query("who"))).toBe("UNAUTHORIZED");
    expect(await others.query("who")).toMatchObject({ result: { data: "ann" } });
    await using again = await (await bob.signInAgain()).open();
    expect(outcomeOf(await again.query("who"))).toBe("OK");
    expect(await started.audited("admin.user.set_active")).toMatchObject([
      { details: { value: true } },
      { outcome: "ok", actorName: "sue", subjectName: "bob", details: { value: false, count: 1 } },
    ]);
  });

  test("a removed account is gone with its sessions, and its name is free; the audit log remembers it", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.delete", "notes.view");
    const bob = await app.signIn("bob");
    await app.auth.rights.grant(bob.id, "notes.view");
    await using socket = await sue.open();
    await using theirs = await bob.open();

    expect(await attempt(socket, "admin.user.remove", { id: bob.id })).toBe("OK");
    expect(await theirs.closed).toEqual({ code: 4401, reason: "deleted" });
    expect(await attempt(socket, "admin.user.remove", { id: bob.id })).toBe("NOT_FOUND");
    expect(await app.auth.admin.users.find(bob.id)).toBe(null);
    const { userPermissions } = app.db.tables;
    expect(await app.db.select().from(userPermissions).where(eq(userPermissions.userId, bob.id))).toEqual([]);
    expect((await app.signIn("bob")).id).not.toBe(bob.id);
    expect(await started.audited("admin.user.remove")).toMatchObject([{ subjectName: "bob", details: { count: 1 } }]);
  });

  test("what changes rights or identities asks for the password again when the sign-in is some time ago", async () => {
    const clock = { ms: Date.now(), now: () => clock.ms };
    await using started = await startAdminApp(dialect, { clock });
    const root = await started.root();
    const { id } = await started.app.signIn("bob");
    await using socket = await root.open();
    const sensitive: readonly [string, object][] = [
      ["admin.user.update", { id, version: 1, firstName: "B" }],
      ["admin.user.setActive", { id, value: true }],
      ["admin.user.setPermissions", { id, permissions: ["notes.view"] }],
      ["admin.user.setGroups", { id, groupIds: [] }],
      ["admin.user.setStaff", { id, value: true }],
      ["admin.user.setSuperuser", { id, value: true }],
      ["admin.group.create", { name: "crew", permissions: [] }],
      ["admin.user.remove", { id }],
    ];

    clock.ms += 601_000;
    for (const [path, input] of sensitive) expect(await attempt(socket, path, input), path).toBe("FORBIDDEN REAUTH");
    expect(await attempt(socket, "admin.user.endSessions", { id })).toBe("OK");
    expect(await started.readUser(id)).toMatchObject({ permissions: [], isStaff: false, isSuperuser: false });

    // Negative control: just within the time.
    await using fresh = await (await root.signInAgain()).open();
    clock.ms += 599_000;
    for (const [path, input] of sensitive) expect(await attempt(fresh, path, input), path).toMatch(/^(OK|CONFLICT)/);
  });

  test("an admin has the link to a new password sent to the user's own address", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const { users } = app.db.tables;
    const [sue, root] = [await started.staff("sue", "users.send_reset"), await started.root()];
    const [bob, ann, off] = [await app.signIn("bob"), await app.signIn("ann"), await app.signIn("off")];
    for (const { id } of [bob, off, root]) {
      await app.db
        .update(users)
        .set({ email: `${id}@example.test`, emailKey: `${id}@example.test` })
        .where(eq(users.id, id));
    }
    await app.auth.accounts.setActive(off.id, false);
    await using socket = await sue.open();

    expect(await attempt(socket, "admin.user.sendReset", { id: root.id })).toBe("FORBIDDEN BEYOND_OWN_RIGHTS");
    for (const { id } of [ann, off]) {
      expect(await attempt(socket, "admin.user.sendReset", { id })).toBe("BAD_REQUEST INVALID_FIELDS");
    }
    expect(await app.takeMails()).toEqual([]);

    expect(await attempt(socket, "admin.user.sendReset", { id: bob.id })).toBe("OK");
    const mails = await app.takeMails();
    expect(mails.map(({ to }) => to)).toEqual([`${bob.id}@example.test`]);
    expect(mails[0]?.text).toContain("/password-reset/confirm#token=");
    const events = await started.audited("admin.user.send_reset");
    expect(events).toMatchObject([{ outcome: "ok", subjectName: "bob" }, { reason: "beyond_own_rights" }]);
    expect(JSON.stringify(events)).not.toMatch(/token|example\.test/);
  });

  test("RAT-14: no link is said to be sent when none is; what strangers had sent to the address is counted apart", async () => {
    await using started = await startAdminApp(dialect, { settings: { MAILS_PER_ADDRESS: 2 } });
    const { app } = started;
    const sue = await started.staff("sue", "users.send_reset");
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const { users } = app.db.tables;
    for (const { id, principal } of [ann, bob]) {
      const email = `${principal.user.username}@example.test`;
      await app.db.update(users).set({ email, emailKey: email }).where(eq(users.id, id));
    }
    for (let count = 0; count < 3; count += 1) {
      await app.auth.links.requestPasswordReset(
        { email: "ann@example.test" },
        { ip: "192.0.2.1", userAgent: null, presented: null },
      );
    }
    expect(await app.takeMails()).toHaveLength(2);
    await using socket = await sue.open();
    const send = () => attempt(socket, "admin.user.sendReset", { id: ann.id });

    expect([await send(), await send()]).toEqual(["OK", "OK"]);
    expect(await app.takeMails()).toHaveLength(2);
    expect([await send(), await send()]).toEqual(Array.from({ length: 2 }, () => "TOO_MANY_REQUESTS RATE_LIMITED"));
    expect(await app.takeMails()).toEqual([]);
    expect(await attempt(socket, "admin.user.sendReset", { id: bob.id })).toBe("OK");
    expect((await app.takeMails()).map(({ to }) => to)).toEqual(["bob@example.test"]);
    const events = await started.audited("admin.user.send_reset");
    expect(events.map(({ outcome, reason }) => reason ?? outcome).toSorted()).toEqual(["limited", "ok", "ok", "ok"]);
  });
});

function toCursor(cursor: string): object {
  return { cursor };
}
