import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openTestAuth, type SignedIn, type TestAuth } from "../test/open-auth.ts";

import { can, inGroup } from "./can.ts";

describeDatabases((dialect) => {
  test("PRM-13: a permission granted is held by the next call, by that user only, and open screens are told", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];

    await expect(app.auth.rights.grant(ann.id, "notes.change")).resolves.toBe(true);

    expect(await held(app, ann)).toEqual(["notes.change"]);
    expect(await held(app, bob)).toEqual([]);
    expect(app.hints).toEqual([{ kind: "user", userId: ann.id }]);
    const principal = await app.validate(ann.token);
    expect(principal?.user.version).toBeGreaterThan(ann.principal.user.version);
  });

  test("PRM-10: a permission withdrawn is gone with the next call, and open screens are told", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    for (const { id } of [ann, bob]) await app.auth.rights.grant(id, "notes.change");
    app.hints.length = 0;

    await expect(app.auth.rights.withdraw(ann.id, "notes.change")).resolves.toBe(true);

    expect(await held(app, ann)).toEqual([]);
    expect(await held(app, bob)).toEqual(["notes.change"]);
    expect(app.hints).toEqual([{ kind: "user", userId: ann.id }]);
  });

  test("granting what is held, and withdrawing what is not, change nothing", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await app.auth.rights.grant(ann.id, "notes.change");
    await app.auth.rights.grant(ann.id, "notes.change");
    await app.auth.rights.withdraw(ann.id, "notes.view");

    expect(await held(app, ann)).toEqual(["notes.change"]);
  });

  test("PRM-05: a group gives its permissions to its members; what is held both ways is held once", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { rights } = app.auth;
    await rights.setGroup("editors", ["notes.view", "notes.change"]);
    await rights.grant(ann.id, "notes.view");

    await expect(rights.addToGroup(ann.id, "editors")).resolves.toBe(true);

    expect(await held(app, ann)).toEqual(["notes.change", "notes.view"]);
    expect(inGroup(await app.validate(ann.token), "editors")).toBe(true);
    expect(await held(app, bob)).toEqual([]);
    expect(inGroup(await app.validate(bob.token), "editors")).toBe(false);
    // What is held directly stays when the group goes.
    await expect(rights.removeFromGroup(ann.id, "editors")).resolves.toBe(true);
    expect(await held(app, ann)).toEqual(["notes.view"]);
  });

  test("a group's permissions become exactly those named, for all its members at once, and each is told", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob, eve] = [await app.register("Ann"), await app.register("Bob"), await app.register("Eve")];
    const { rights } = app.auth;
    const id = await rights.setGroup("editors", ["notes.view", "notes.change"]);
    for (const user of [ann, bob]) await rights.addToGroup(user.id, "editors");
    await rights.setGroup("readers", ["notes.view"]);
    await rights.addToGroup(eve.id, "readers");
    app.hints.length = 0;

    await expect(rights.setGroup("editors", ["notes.change", "notes.remove", "notes.change"])).resolves.toBe(id);

    for (const user of [ann, bob]) expect(await held(app, user)).toEqual(["notes.change", "notes.remove"]);
    expect(await held(app, eve)).toEqual(["notes.view"]);
    expect(app.hints).toHaveLength(2);
    for (const user of [ann, bob]) expect(app.hints).toContainEqual({ kind: "user", userId: user.id });
    await rights.setGroup("editors", []);
    expect(await held(app, bob)).toEqual([]);
  });

  test("a group removed takes its permissions along, and its former members are told", async () => {
    await using app = await openTestAuth(dialect);
    const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
    const { rights } = app.auth;
    for (const group of ["editors", "readers"]) await rights.setGroup(group, ["notes.view"]);
    await rights.addToGroup(ann.id, "editors");
    await rights.addToGroup(bob.id, "readers");
    app.hints.length = 0;

    await expect(rights.removeGroup("editors")).resolves.toBe(true);

    expect(await held(app, ann)).toEqual([]);
    expect(inGroup(await app.validate(ann.token), "editors")).toBe(false);
    expect(await held(app, bob)).toEqual(["notes.view"]);
    expect(app.hints).toEqual([{ kind: "user", userId: ann.id }]);
  });

  test("PRM-02: a superuser may everything without holding anything", async () => {
    await using app = await openTestAuth(dialect);
    const [root, ann] = [await app.register("Root"), await app.register("Ann")];
    await app.db.update(app.db.tables.users).set({ isSuperuser: true, isStaff: true });
    await app.db.update(app.db.tables.users).set({ isSuperuser: false }).where(eq(app.db.tables.users.id, ann.id));

    const principal = await app.validate(root.token);
    expect([can(principal, "notes.change"), can(principal, "no.such"), principal?.permissions.size]).toEqual([
      true,
      true,
      0,
    ]);
    // PRM-04: staff alone may nothing.
    expect(can(await app.validate(ann.token), "notes.change")).toBe(false);
  });

  test("a name that was not declared is refused, with the cure, and nothing is written", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    const { rights } = app.auth;
    await rights.setGroup("editors", ["notes.view"]);
    await rights.addToGroup(ann.id, "editors");
    const cure = /"notes.chnage" is not declared.*definePermissions.*notes.view, notes.change, notes.remove/;

    await expect(rights.grant(ann.id, "notes.chnage")).rejects.toThrow(cure);
    await expect(rights.withdraw(ann.id, "notes.chnage")).rejects.toThrow(cure);
    await expect(rights.setGroup("editors", ["notes.remove", "notes.chnage"])).rejects.toThrow(cure);
    await expect(rights.grant(ann.id, "__proto__")).rejects.toThrow("not declared");

    expect(await held(app, ann)).toEqual(["notes.view"]);
  });

  test("a permission that is declared no longer can still be withdrawn", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    await app.db.insert(app.db.tables.userPermissions).values({ userId: ann.id, permission: "notes.archive" });
    expect(await held(app, ann)).toEqual(["notes.archive"]);

    await expect(app.auth.rights.withdraw(ann.id, "notes.archive")).resolves.toBe(true);

    expect(await held(app, ann)).toEqual([]);
  });

  test("PRM-22: a user or a group that does not exist is told, and nothing is published", async () => {
    await using app = await openTestAuth(dialect);
    const ann = await app.register("Ann");
    const { rights } = app.auth;
    await rights.setGroup("editors", []);

    const results = [
      await rights.grant("no-such", "notes.view"),
      await rights.withdraw("no-such", "notes.view"),
      await rights.addToGroup("no-such", "editors"),
      await rights.addToGroup(ann.id, "no-such"),
      await rights.removeFromGroup("no-such", "editors"),
      await rights.removeFromGroup(ann.id, "no-such"),
      await rights.removeGroup("no-such"),
    ];

    expect(results).toEqual(results.map(() => false));
    expect(app.hints).toEqual([]);
  });

  test.each(["", " editors", "edi\u0000tors", "edi\u202etors", "x".repeat(101)])(
    "%j can't be a group's name",
    async (name) => {
      await using app = await openTestAuth(dialect);

      await expect(app.auth.rights.setGroup(name, [])).rejects.toThrow("can't be a group's name");
    },
  );

  test("many changes at once of the same groups and users all come through", async () => {
    await using app = await openTestAuth(dialect);
    const users = [await app.register("Ann"), await app.register("Bob"), await app.register("Eve")];
    const { rights } = app.auth;
    for (const group of ["editors", "readers"]) {
      await rights.setGroup(group, []);
      for (const user of users) await rights.addToGroup(user.id, group);
    }

    await Promise.all(
      Array.from({ length: 8 }, (_, round) => [
        rights.setGroup("editors", round % 2 ? ["notes.view"] : ["notes.change", "notes.view"]),
        rights.setGroup("readers", ["notes.view"]),
        ...users.map((user) => rights.grant(user.id, "notes.remove")),
      ]).flat(),
    );

    for (const user of users)
      expect(await held(app, user)).toEqual(expect.arrayContaining(["notes.remove", "notes.view"]));
  });
});

async function held(app: TestAuth, { token }: SignedIn): Promise<string[]> {
  return [...((await app.validate(token))?.permissions ?? [])].toSorted();
}
