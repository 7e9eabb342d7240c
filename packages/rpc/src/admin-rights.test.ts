import { randomUUID } from "node:crypto";

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { type AdminUser, type AdminUserCan, libraryPermissions, userActionPermissions } from "@countersign/contract";

import { listRules } from "./procedure/rule-list.ts";
import { adminTestRouter, answer, attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

const beyond = "FORBIDDEN BEYOND_OWN_RIGHTS";

describeDatabases((dialect) => {
  test("PRM-04, PRM-17: staff alone opens no admin procedure, nor does the permission without the flag; both together do", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const [stan, percy] = [await started.staff("stan"), await app.signIn("percy")];
    const both = await started.staff("both", ...libraryPermissions);
    for (const permission of libraryPermissions) await app.auth.rights.grant(percy.id, permission);
    await using asStaff = await stan.open();
    await using asHolder = await percy.open();
    await using asBoth = await both.open();

    const rules = listRules(adminTestRouter).filter(({ path }) => path.startsWith("admin."));
    expect(rules.length).toBeGreaterThan(20);
    for (const { path, type, rule } of rules) {
      const input = { id: randomUUID() };
      expect(outcomeOf(await asStaff.call(type, path, input)), path).toBe("FORBIDDEN");
      expect(outcomeOf(await asHolder.call(type, path, input)), path).toBe("FORBIDDEN");
      // Negative control: whoever has both gets further, to what is wrong with the input.
      const answered = outcomeOf(await asBoth.call(type, path, input));
      expect(answered === "FORBIDDEN", path).toBe(rule.superuser ?? false);
    }
  });

  test("PRM-19: nobody raises their own rights, not even with every permission there is", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", ...libraryPermissions, "notes.view");
    const editors = await app.auth.rights.setGroup("editors", ["notes.view"]);
    const before = await started.readUser(sue.id);
    await using socket = await sue.open();

    const permissions = [...before.permissions, "notes.change"];
    expect(await attempt(socket, "admin.user.setPermissions", { id: sue.id, permissions })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setGroups", { id: sue.id, groupIds: [editors] })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setSuperuser", { id: sue.id, value: true })).toBe("FORBIDDEN");
    expect(await started.readUser(sue.id)).toEqual(before);
    expect(await started.audited("admin.user.set_permissions")).toMatchObject([
      { outcome: "refused", reason: "beyond_own_rights", actorName: "sue", subjectName: "sue" },
    ]);

    // Negative control: to give up one's own is no raise.
    const fewer = before.permissions.filter((permission) => permission !== "notes.view");
    expect(await attempt(socket, "admin.user.setPermissions", { id: sue.id, permissions: fewer })).toBe("OK");
    expect((await started.readUser(sue.id)).permissions).toEqual(fewer);
  });

  test("PRM-19: not even a superuser gives themselves permissions, groups or the staff flag", async () => {
    await using started = await startAdminApp(dialect);
    const root = await started.root();
    const editors = await started.app.auth.rights.setGroup("editors", []);
    await using socket = await root.open();

    const { id } = root;
    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: ["notes.view"] })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [editors] })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setStaff", { id, value: true })).toBe(beyond);
    expect(await started.readUser(id)).toMatchObject({ permissions: [], groups: [], isStaff: false });
  });

  test("PRM-19: staff give what they hold themselves, and no more", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.grant", "notes.view");
    const [bob, tom] = [await app.signIn("bob"), await started.staff("tom", "users.grant")];
    const [editors, readers] = [
      await app.auth.rights.setGroup("editors", ["notes.view"]),
      await app.auth.rights.setGroup("readers", ["notes.view"]),
    ];
    await app.auth.rights.addToGroup(sue.id, "readers");
    await using socket = await sue.open();
    await using other = await tom.open();
    const { id } = bob;

    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: ["notes.change"] })).toBe(beyond);
    expect(await attempt(other, "admin.user.setPermissions", { id, permissions: ["notes.view"] })).toBe(beyond);
    // Being in a group is a right of its own: guards may ask for it by name.
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [editors] })).toBe(beyond);
    expect(await attempt(other, "admin.user.setGroups", { id, groupIds: [readers] })).toBe(beyond);
    expect(await started.readUser(id)).toMatchObject({ permissions: [], groups: [] });

    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: ["notes.view"] })).toBe("OK");
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [readers] })).toBe("OK");
    expect(await attempt(socket, "admin.user.setStaff", { id, value: true })).toBe("OK");
    expect(await started.readUser(id)).toMatchObject({
      permissions: ["notes.view"],
      groups: [{ name: "readers" }],
      inherited: [{ permission: "notes.view", groups: ["readers"] }],
      isStaff: true,
    });
    // To take away, one has to hold all of it as well; see the attacks of `admin-takeover.test.ts`.
    expect(await attempt(other, "admin.user.setPermissions", { id, permissions: [] })).toBe(beyond);
    expect(await attempt(other, "admin.user.setGroups", { id, groupIds: [] })).toBe(beyond);
    expect(await attempt(socket, "admin.user.setPermissions", { id, permissions: [] })).toBe("OK");
    expect(await attempt(socket, "admin.user.setGroups", { id, groupIds: [] })).toBe("OK");
    expect(await started.readUser(id)).toMatchObject({ permissions: [], groups: [] });
  });

  test("PRM-19: a permission held through a group counts as held; one that is declared nowhere cannot be given", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const [root, sue] = [await started.root(), await started.staff("sue", "users.grant")];
    await app.auth.rights.setGroup("readers", ["notes.view"]);
    await app.auth.rights.addToGroup(sue.id, "readers");
    const bob = await app.signIn("bob");
    await using socket = await sue.open();
    await using asRoot = await root.open();

    const give = (permissions: readonly string[]) => ({ id: bob.id, permissions });
    expect(await attempt(socket, "admin.user.setPermissions", give(["notes.view"]))).toBe("OK");
    for (const name of ["nosuch.permission", "__proto__", "NOTES.VIEW"]) {
      expect(await attempt(asRoot, "admin.user.setPermissions", give([name])), name).toBe("BAD_REQUEST INVALID_FIELDS");
    }
    expect((await started.readUser(bob.id)).permissions).toEqual(["notes.view"]);
  });

  test("PRM-19: staff with every permission touch nothing of a superuser; a superuser does", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const [root, second] = [await started.root(), await started.root("second")];
    const sue = await started.staff("sue", ...libraryPermissions);
    await app.auth.rights.grant(second.id, "notes.view");
    const before = await started.readUser(second.id);
    await using socket = await sue.open();
    await using theirs = await second.open();
    const { id } = second;
    const sessionId = second.principal.session.id;

    const changes: readonly [string, object][] = [
      ["update", { id, version: before.version, email: "sue@example.test" }],
      ["update", { id, version: before.version, firstName: "Sue's" }],
      ["setActive", { id, value: false }],
      ["setPermissions", { id, permissions: [] }],
      ["setGroups", { id, groupIds: [] }],
      ["setStaff", { id, value: true }],
      ["endSessions", { id }],
      ["remove", { id }],
    ];
    for (const [name, input] of changes) expect(await attempt(socket, `admin.user.${name}`, input), name).toBe(beyond);
    expect(await attempt(socket, "admin.session.end", { id: sessionId })).toBe(beyond);
    expect(await started.readUser(id)).toEqual(before);
    expect(await theirs.query("who")).toMatchObject({ result: { data: "second" } });
    expect(await started.audited("admin.user.remove")).toMatchObject([{ outcome: "refused", actorName: "sue" }]);

    await using asRoot = await root.open();
    expect(await attempt(asRoot, "admin.session.end", { id: sessionId })).toBe("OK");
    expect(await theirs.closed).toEqual({ code: 4401, reason: "ended" });
  });

  test("nobody takes over an account with more rights by giving it an address of their own", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.change", "notes.view");
    const [bob, granter] = [await app.signIn("bob"), await started.staff("granter", "users.grant")];
    const member = await app.signIn("member");
    await app.auth.rights.setGroup("editors", []);
    await app.auth.rights.addToGroup(member.id, "editors");
    await app.auth.rights.grant(bob.id, "notes.view");
    const old = { email: "old@example.test", emailKey: "old@example.test" };
    await app.db.update(app.db.tables.users).set(old).where(eq(app.db.tables.users.id, bob.id));
    await using socket = await sue.open();
    const change = async (id: string, fields: object) =>
      attempt(socket, "admin.user.update", { id, version: (await started.readUser(id)).version, ...fields });

    expect(await change(granter.id, { email: "mine@example.test" })).toBe(beyond);
    expect(await change(member.id, { email: "mine@example.test" })).toBe(beyond);
    expect(await change(granter.id, { email: "mine@example.test", firstName: "G" })).toBe(beyond);
    expect(await started.readUser(granter.id)).toMatchObject({ email: null, firstName: "" });

    // Negative controls: an account with no more rights, and what opens no door.
    expect(await change(bob.id, { email: "Bob@Example.test" })).toBe("OK");
    expect(await change(granter.id, { firstName: "Greta" })).toBe("OK");
    expect(await started.readUser(bob.id)).toMatchObject({ email: "bob@example.test", emailVerified: false });
  });

  test("PRM-20: an admin ends a user's sessions, all or one, and the sockets close; an ordinary user can't", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "users.end_sessions");
    const [bob, ann] = [await app.signIn("bob"), await app.signIn("ann")];
    const [again, third] = [await bob.signInAgain(), await bob.signInAgain()];
    await using asSue = await sue.open();
    await using asAnn = await ann.open();
    await using one = await bob.open();
    await using two = await again.open();
    await using three = await third.open();

    expect(await attempt(asAnn, "admin.user.endSessions", { id: bob.id })).toBe("FORBIDDEN");
    expect(await attempt(asAnn, "admin.session.end", { id: bob.principal.session.id })).toBe("FORBIDDEN");
    expect(await one.query("who")).toMatchObject({ result: { data: "bob" } });

    expect(await attempt(asSue, "admin.session.end", { id: bob.principal.session.id })).toBe("OK");
    expect(await one.closed).toEqual({ code: 4401, reason: "ended" });
    expect(await two.query("who")).toMatchObject({ result: { data: "bob" } });
    expect(await answer(asSue.mutate("admin.user.endSessions", { id: bob.id }))).toEqual({ ended: 2 });
    for (const socket of [two, three]) expect(await socket.closed).toEqual({ code: 4401, reason: "ended" });
    expect(await asAnn.query("who")).toMatchObject({ result: { data: "ann" } });
    expect(await attempt(asSue, "admin.session.end", { id: bob.principal.session.id })).toBe("NOT_FOUND");
    expect(await started.audited("admin.user.end_sessions")).toMatchObject([
      { outcome: "ok", actorName: "sue", subjectName: "bob", details: { count: 2 } },
    ]);
  });

  test("P5: what an admin may do to a user is said beforehand, and it is what the server then does", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const rights = ["users.view", "users.change", "users.grant", "users.end_sessions", "users.send_reset"] as const;
    const sue = await started.staff("sue", ...rights, "users.delete", "notes.view");
    const helper = await started.staff("helper", "users.view", "users.change");
    const [root, bob, tim] = [await started.root(), await app.signIn("bob"), await app.signIn("tim")];
    const targets = { bob, tim, root };
    for (const { id } of Object.values(targets)) {
      const email = `${id}@example.test`;
      await app.db.update(app.db.tables.users).set({ email, emailKey: email }).where(eq(app.db.tables.users.id, id));
      await app.auth.rights.grant(id, "notes.view");
      const known = { provider: "gone", issuer: "https://id.example.test", subject: id };
      await app.db.insert(app.db.tables.identities).values({ id, userId: id, ...known, createdAt: new Date() });
    }
    // More than sue holds.
    await app.auth.rights.grant(tim.id, "notes.change");

    const seen: Record<string, string[]> = {};
    for (const [admin, by] of [
      ["helper", helper],
      ["sue", sue],
    ] as const) {
      await using socket = await by.open();
      for (const [name, { id }] of Object.entries(targets)) {
        const read = () => answer<AdminUser>(socket.query("admin.user.get", { id }));
        for (const [action, attemptIt] of Object.entries(attempts)) {
          const before = await read();
          const outcome = await attemptIt(socket, before);
          const may = before.$can[action as keyof AdminUserCan];
          expect([name, action, may], `${admin}: ${outcome}`).toEqual([name, action, outcome === "OK"]);
          if (may) (seen[`${admin} ${name}`] ??= []).push(action);
          if (may && action === "remove") break;
        }
      }
    }
    expect(seen).toEqual({
      "helper bob": ["update"],
      "helper tim": ["update"],
      "sue bob": [
        "update",
        "setEmail",
        "give",
        "take",
        "setStaff",
        "endSessions",
        "sendReset",
        "removeIdentity",
        "setActive",
        "remove",
      ],
      "sue tim": ["update", "give", "endSessions", "sendReset"],
    });
    const allowed = async (viewer: string, id: string) => {
      const { $can } = (await app.auth.admin.users.find(id, viewer)) ?? {};
      return Object.entries($can ?? {}).flatMap(([action, may]) => (may ? action : []));
    };
    // Of oneself one takes away, and keeps the account and its address; the last superuser stays one.
    expect(await allowed(sue.id, sue.id)).toEqual(["update", "setStaff", "take", "endSessions", "removeIdentity"]);
    expect(await allowed(root.id, root.id)).toEqual(["update", "take", "endSessions", "sendReset", "removeIdentity"]);
    expect((await allowed(root.id, tim.id)).toSorted()).toEqual(
      [...Object.keys(userActionPermissions), "setSuperuser"].toSorted(),
    );
    expect(await allowed(tim.id, helper.id)).toEqual([]);
    const unseen = await app.auth.admin.users.find(helper.id);
    expect(Object.values(unseen?.$can ?? {}).some(Boolean)).toBe(false);
  });
});

/** Each thing that can be done to a user, in an order in which none gets into the way of the next. */
const attempts: Record<keyof AdminUserCan, (socket: RawSocket, user: AdminUser) => Promise<string>> = {
  update: (socket, { id, version }) => attempt(socket, "admin.user.update", { id, version, firstName: `${version}` }),
  setEmail: (socket, { id, version }) =>
    attempt(socket, "admin.user.update", { id, version, email: `new-${version}@example.test` }),
  give: (socket, { id, permissions }) =>
    attempt(socket, "admin.user.setPermissions", { id, permissions: [...permissions, "users.view"] }),
  take: (socket, { id }) => attempt(socket, "admin.user.setPermissions", { id, permissions: [] }),
  setStaff: (socket, { id, isStaff }) => attempt(socket, "admin.user.setStaff", { id, value: !isStaff }),
  setSuperuser: (socket, { id, isSuperuser }) =>
    attempt(socket, "admin.user.setSuperuser", { id, value: !isSuperuser }),
  endSessions: (socket, { id }) => attempt(socket, "admin.user.endSessions", { id }),
  sendReset: (socket, { id }) => attempt(socket, "admin.user.sendReset", { id }),
  removeIdentity: (socket, { id, identities }) =>
    attempt(socket, "admin.user.removeIdentity", { id, identityId: identities[0]?.id }),
  setActive: (socket, { id, isActive }) => attempt(socket, "admin.user.setActive", { id, value: !isActive }),
  remove: (socket, { id }) => attempt(socket, "admin.user.remove", { id }),
};
