import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { AdminGroup, AdminPage, AdminPermission } from "@countersign/contract";

import { answer, attempt, outcomeOf, startAdminApp } from "./test/admin-app.ts";
import type { RawSocket } from "./testing/raw-socket.ts";

const beyond = "FORBIDDEN BEYOND_OWN_RIGHTS";
const list = (socket: RawSocket, input: object = {}) =>
  answer<AdminPage<AdminGroup>>(socket.query("admin.group.list", input));

describeDatabases((dialect) => {
  test("PRM-05, PRM-13: what a group is given its members hold at once, and lose at once", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const root = await started.root();
    const [sue, tom] = [await started.staff("sue"), await started.staff("tom")];
    await using socket = await root.open();
    await using member = await sue.open();
    await using other = await tom.open();
    const may = async (asked: RawSocket) => outcomeOf(await asked.query("admin.user.list"));
    const snapshots = await member.subscribe("session.snapshot");

    const { id } = await answer<{ id: string }>(
      socket.mutate("admin.group.create", { name: "crew", permissions: ["users.view"] }),
    );
    expect(await attempt(socket, "admin.user.setGroups", { id: sue.id, groupIds: [id] })).toBe("OK");
    expect([await may(member), await may(other)]).toEqual(["OK", "FORBIDDEN"]);
    await member.until(() => JSON.stringify(member.dataOf(snapshots).at(-1)).includes("users.view"));

    const version = async () => (await app.auth.admin.groups.find(id))?.version;
    const change = async (fields: object) =>
      attempt(socket, "admin.group.update", { id, version: await version(), ...fields });
    expect(await change({ permissions: ["notes.view"] })).toBe("OK");
    expect(await may(member)).toBe("FORBIDDEN");
    await member.until(() => JSON.stringify(member.dataOf(snapshots).at(-1)).includes('"permissions":["notes.view"]'));
    expect(await change({ permissions: ["users.view"], name: "watch" })).toBe("OK");
    expect(await may(member)).toBe("OK");
    expect(await attempt(socket, "admin.group.remove", { id })).toBe("OK");
    expect([await may(member), await may(other)]).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    expect(await started.readUser(sue.id)).toMatchObject({ groups: [], inherited: [] });

    const events = await started.audited("admin.group.update");
    expect(events).toMatchObject([
      { actorName: "root", details: { group: "crew", newName: "watch", permissions: ["users.view"] } },
      { actorName: "root", details: { group: "crew", permissions: ["notes.view"] } },
    ]);
    expect(await started.audited("admin.group.remove")).toMatchObject([{ details: { group: "watch", count: 1 } }]);
  });

  test("PRM-19: staff give groups what they hold themselves; they do not rename what others are in", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "groups.change", "notes.view");
    const crew = await app.auth.rights.setGroup("crew", []);
    const empty = await app.auth.rights.setGroup("empty", []);
    await app.auth.rights.addToGroup(sue.id, "crew");
    await using socket = await sue.open();
    const change = async (id: string, fields: object) => {
      const version = (await app.auth.admin.groups.find(id))?.version;
      return attempt(socket, "admin.group.update", { id, version, ...fields });
    };
    const names = async () => (await app.auth.admin.groups.list({ limit: 10 }))?.rows.map(({ name }) => name);

    expect(await change(crew, { permissions: ["notes.change"] })).toBe(beyond);
    expect(await change(crew, { permissions: ["notes.view", "groups.change", "users.grant"] })).toBe(beyond);
    // Guards may ask for a group by name: under another name it would open other doors.
    expect(await change(crew, { name: "admins" })).toBe(beyond);
    expect(await attempt(socket, "admin.group.create", { name: "more", permissions: ["users.view"] })).toBe(beyond);
    expect((await app.auth.admin.groups.find(crew))?.permissions).toEqual([]);
    expect(await names()).toEqual(["crew", "empty"]);

    expect(await change(crew, { permissions: ["notes.view"] })).toBe("OK");
    expect(await change(empty, { name: "nobody" })).toBe("OK");
    expect(await attempt(socket, "admin.group.create", { name: "more", permissions: ["notes.view"] })).toBe("OK");
    expect(await names()).toEqual(["crew", "more", "nobody"]);
    expect(await started.audited("admin.group.create")).toMatchObject([{ outcome: "ok" }, { outcome: "refused" }]);
  });

  test("a name that reads like another group's is taken, however it is spelt; of two at once one gets it", async () => {
    await using started = await startAdminApp(dialect);
    const root = await started.root();
    await using socket = await root.open();
    const make = async (name: string) => {
      const { error } = await socket.mutate("admin.group.create", { name, permissions: [] });
      return error ? error.data["fields"] : "OK";
    };
    expect(await make("Editors")).toBe("OK");
    const taken = { name: ["There is a group with this name already."] };
    for (const name of ["editors", " EDITORS ", "Ｅditors"]) expect(await make(name)).toEqual(taken);
    for (const name of ["Editors\u3164", "Edit\u043ers", "\u0301Editors"]) expect(await make(name)).not.toBe("OK");
    expect(await make("Edit ors")).toBe("OK");
    expect(await make("Edit  Ors")).toEqual(taken);

    const answers = await Promise.all(["Crew", "CREW", "crew"].map(make));
    expect(answers.filter((answered) => answered === "OK")).toHaveLength(1);
    const { rows } = await list(socket);
    const other = rows.find(({ name }) => name === "Edit ors");
    const renamed = { id: other?.id, version: other?.version };
    expect(await attempt(socket, "admin.group.update", { ...renamed, name: "EDITORS" })).toBe(
      "BAD_REQUEST INVALID_FIELDS",
    );
    // In another case it is still its own.
    expect(await attempt(socket, "admin.group.update", { ...renamed, name: "EDIT ORS" })).toBe("OK");
  });

  test("a rename is in the log with both names and the group, done or refused", async () => {
    await using started = await startAdminApp(dialect);
    const [root, sue] = [await started.root(), await started.staff("sue", "groups.change")];
    const id = await started.app.auth.rights.setGroup("crew", []);
    await started.app.auth.rights.addToGroup(sue.id, "crew");
    const { version } = (await started.app.auth.admin.groups.find(id)) ?? {};
    await using staff = await sue.open();
    await using socket = await root.open();

    expect(await attempt(staff, "admin.group.update", { id, version, name: "admins" })).toBe(beyond);
    expect(await attempt(socket, "admin.group.update", { id, version, name: "watch" })).toBe("OK");

    const about = { group: "crew", groupId: id };
    const events = await started.audited("admin.group.update");
    expect(events.toSorted((one, other) => one.outcome.localeCompare(other.outcome))).toMatchObject([
      { outcome: "ok", actorName: "root", details: { ...about, newName: "watch" } },
      { outcome: "refused", actorName: "sue", details: { ...about, newName: "admins" } },
    ]);
  });

  test("groups are listed by name with what they give and how many are in them, page by page", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const sue = await started.staff("sue", "groups.view");
    for (const name of ["crew", "a%b", "aXb", "zoo"]) await app.auth.rights.setGroup(name, ["notes.view"]);
    await app.auth.rights.addToGroup(sue.id, "crew");
    await using socket = await sue.open();

    const first = await list(socket, { limit: 3 });
    const second = await list(socket, { limit: 3, cursor: first.nextCursor });
    const all = [...first.rows, ...second.rows].map(({ name }) => name);
    expect(all.toSorted()).toEqual(["a%b", "aXb", "crew", "zoo"]);
    expect([first.total, second.total, second.nextCursor]).toEqual([4, 4, null]);
    const crew = [...first.rows, ...second.rows].find(({ name }) => name === "crew");
    expect(crew).toMatchObject({ permissions: ["notes.view"], memberCount: 1 });
    expect((await list(socket, { search: "A%" })).rows).toMatchObject([{ name: "a%b", memberCount: 0 }]);

    const permissions = await answer<AdminPermission[]>(socket.query("admin.permission.list"));
    expect(permissions).toContainEqual({ name: "groups.view", isHeld: true });
    expect(permissions).toContainEqual({ name: "notes.change", isHeld: false });

    const tom = await started.staff("tom", "groups.view");
    await app.auth.rights.addToGroup(tom.id, "zoo");
    await using toms = await tom.open();
    expect(await answer(socket.query("admin.group.mine"))).toEqual(["crew"]);
    expect(await answer(toms.query("admin.group.mine"))).toEqual(["zoo"]);
  });

  test("a group's name is its own, and what is no name or no permission is told at its field", async () => {
    await using started = await startAdminApp(dialect);
    const { app } = started;
    const root = await started.root();
    const crew = await app.auth.rights.setGroup("crew", []);
    await app.auth.rights.setGroup("other", []);
    await using socket = await root.open();
    const { version } = (await app.auth.admin.groups.find(crew)) ?? {};

    const wrong: readonly [object, string][] = [
      [{ name: "other" }, "name"],
      [{ name: " " }, "name"],
      [{ name: "a\u200bb" }, "name"],
      [{ name: "x".repeat(101) }, "name"],
      [{ permissions: ["nosuch.permission"] }, "permissions"],
    ];
    for (const [fields, field] of wrong) {
      for (const [path, input] of [
        ["admin.group.create", { name: "new", permissions: [], ...fields }],
        ["admin.group.update", { id: crew, version, ...fields }],
      ] as const) {
        const frame = await socket.mutate(path, input);
        expect(Object.keys(frame.error?.data["fields"] ?? {}), `${path} ${JSON.stringify(fields)}`).toEqual([field]);
      }
    }
    expect(await app.auth.admin.groups.list({ limit: 10 })).toMatchObject({ total: 2 });
    // Just within; and a change from an old reading.
    const renamed = { id: crew, version, name: "x".repeat(100) };
    expect(await attempt(socket, "admin.group.update", renamed)).toBe("OK");
    expect(await attempt(socket, "admin.group.update", { ...renamed, name: "y" })).toBe("CONFLICT VERSION_CONFLICT");
  });
});
