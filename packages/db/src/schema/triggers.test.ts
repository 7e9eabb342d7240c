import Sqlite from "better-sqlite3";
import { eq, getTableColumns } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, postgresDialect, sqliteDialect } from "@app/services/databases";

import { coreTables, type Database } from "../index.ts";
import { newSession, newUser, openTestDatabase } from "../test/open-test-database.ts";
import { runByHand } from "../test/run-by-hand.ts";

describeDatabases((dialect) => {
  test("a change of any column of a user raises the version, but for last_login_at", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { users } = db.tables;
    const changes: Record<string, unknown> = {
      username: "Ann",
      usernameKey: "ann2",
      email: "Ann@example.com",
      emailKey: "ann@example.com",
      emailVerifiedAt: new Date(1),
      firstName: "Ann",
      lastName: "Lee",
      passwordHash: "$argon2id$",
      isActive: false,
      isStaff: true,
      isSuperuser: true,
      locale: "ar",
      createdAt: new Date(2),
      lastLoginAt: new Date(3),
    };
    const columns = Object.keys(getTableColumns(coreTables.postgres.users));
    // What is untrusted is on no screen: SQLite's trigger, which an expanding migration leaves alone, does not look at it.
    expect(columns.filter((column) => !(column in changes))).toEqual(["id", "untrustedIssuers", "version"]);

    await db.insert(users).values([newUser("ann"), newUser("bob")]);
    for (const [column, value] of Object.entries(changes)) {
      const before = await versionOf(db, "ann");
      await db
        .update(users)
        .set({ [column]: value })
        .where(eq(users.id, "ann"));
      expect([column, await versionOf(db, "ann")]).toEqual([column, before + (column === "lastLoginAt" ? 0 : 1)]);

      await db
        .update(users)
        .set({ [column]: value })
        .where(eq(users.id, "ann"));
      expect([`${column} again`, await versionOf(db, "ann")]).toEqual([
        `${column} again`,
        before + (column === "lastLoginAt" ? 0 : 1),
      ]);
    }
    expect(await versionOf(db, "bob")).toBe(1);
  });

  test("a new id raises the version too", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await db.insert(db.tables.users).values(newUser("ann"));

    await db.update(db.tables.users).set({ id: "eve" });

    expect(await versionOf(db, "eve")).toBe(2);
  });

  test("a version that the writer raised is kept, and none falls", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { users } = db.tables;
    await db.insert(users).values(newUser("ann"));

    await db.update(users).set({ version: 7, firstName: "Ann" });
    expect(await versionOf(db, "ann")).toBe(7);

    await db.update(users).set({ version: 3 });
    expect(await versionOf(db, "ann")).toBe(8);
  });

  test("a permission given, renamed, moved or taken raises the version of whom it concerns, and of nobody else", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { userPermissions: held } = db.tables;
    await db.insert(db.tables.users).values([newUser("ann"), newUser("bob"), newUser("cid")]);

    await db.insert(held).values({ userId: "ann", permission: "notes.read" });
    expect(await versions(db)).toEqual({ ann: 2, bob: 1, cid: 1 });
    await db.update(held).set({ permission: "notes.write" });
    expect(await versions(db)).toMatchObject({ bob: 1, cid: 1 });
    const between = await versions(db);
    expect(between["ann"]).toBeGreaterThan(2);
    await db.update(held).set({ userId: "bob" });
    expect((await versions(db))["ann"]).toBeGreaterThan(between["ann"] ?? 0);
    expect((await versions(db))["bob"]).toBeGreaterThan(1);
    const before = await versions(db);
    await db.delete(held);
    expect(await versions(db)).toEqual({ ...before, bob: (before["bob"] ?? 0) + 1 });
  });

  test("joining, changing and leaving a group raises the member's version", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    const { groupMembers } = db.tables;

    const steps = [
      () => db.insert(groupMembers).values({ groupId: "editors", userId: "cid" }),
      () => db.update(groupMembers).set({ groupId: "readers" }).where(eq(groupMembers.userId, "cid")),
      () => db.delete(groupMembers).where(eq(groupMembers.userId, "cid")),
    ];
    for (const step of steps) {
      const before = await versions(db);
      await step();
      const after = await versions(db);
      expect(after["cid"]).toBeGreaterThan(before["cid"] ?? 0);
      expect(after).toMatchObject({ ann: before["ann"], bob: before["bob"] });
    }
  });

  test("a membership that moves from one user to another raises the versions of both", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    const { groupMembers } = db.tables;
    const before = await versions(db);

    await db.update(groupMembers).set({ userId: "cid" }).where(eq(groupMembers.userId, "bob"));

    const after = await versions(db);
    expect(after["bob"]).toBeGreaterThan(before["bob"] ?? 0);
    expect(after["cid"]).toBeGreaterThan(before["cid"] ?? 0);
    expect(after["ann"]).toBe(before["ann"]);
  });

  test("a group's permissions and name raise the versions of all its members, and of nobody else", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    const { groups, groupPermissions } = db.tables;

    const steps = [
      () => db.insert(groupPermissions).values({ groupId: "editors", permission: "notes.write" }),
      () => db.update(groupPermissions).set({ permission: "notes.read" }),
      () => db.update(groups).set({ name: "Editors" }).where(eq(groups.id, "editors")),
      () => db.delete(groupPermissions),
    ];
    for (const step of steps) {
      const before = await versions(db);
      await step();
      const after = await versions(db);
      expect(after["ann"]).toBeGreaterThan(before["ann"] ?? 0);
      expect(after["bob"]).toBeGreaterThan(before["bob"] ?? 0);
      expect(after["cid"]).toBe(before["cid"]);
    }
  });

  test("permissions that move from one group to another raise the versions in both", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    await db.insert(db.tables.groupMembers).values({ groupId: "readers", userId: "cid" });
    await db.insert(db.tables.groupPermissions).values({ groupId: "editors", permission: "notes.write" });
    const before = await versions(db);

    await db.update(db.tables.groupPermissions).set({ groupId: "readers" });

    for (const [id, version] of Object.entries(await versions(db))) expect(version).toBeGreaterThan(before[id] ?? 0);
  });

  test("deleting a group raises the versions of those who were in it", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    await db.insert(db.tables.groupPermissions).values({ groupId: "editors", permission: "notes.write" });
    const before = await versions(db);

    await db.delete(db.tables.groups).where(eq(db.tables.groups.id, "editors"));

    const after = await versions(db);
    expect(after["ann"]).toBeGreaterThan(before["ann"] ?? 0);
    expect(after["bob"]).toBeGreaterThan(before["bob"] ?? 0);
    expect(after["cid"]).toBe(before["cid"]);
    expect(await db.select().from(db.tables.groupMembers)).toEqual([]);
    expect(await db.select().from(db.tables.groupPermissions)).toEqual([]);
  });

  test("deleting a user takes along what is the user's, and leaves the others as they are", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await addGroups(db);
    await db.insert(db.tables.userPermissions).values([
      { userId: "ann", permission: "notes.read" },
      { userId: "bob", permission: "notes.read" },
    ]);
    await db.insert(db.tables.sessions).values([newSession("s1", "ann"), newSession("s2", "bob")]);
    await db.insert(db.tables.sessionData).values([
      { sessionId: "s1", key: "k", value: 1, updatedAt: new Date(0) },
      { sessionId: "s2", key: "k", value: 1, updatedAt: new Date(0) },
    ]);
    const before = await versions(db);

    await db.delete(db.tables.users).where(eq(db.tables.users.id, "ann"));

    expect(await versions(db)).toEqual({ bob: before["bob"], cid: before["cid"] });
    expect(await db.select().from(db.tables.sessions)).toMatchObject([{ id: "s2" }]);
    expect(await db.select().from(db.tables.sessionData)).toMatchObject([{ sessionId: "s2" }]);
    expect(await db.select().from(db.tables.userPermissions)).toMatchObject([{ userId: "bob" }]);
    expect(await db.select().from(db.tables.groupMembers)).toMatchObject([{ userId: "bob" }]);
  });

  test("many rows changed by one statement raise every version", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const ids = Array.from({ length: 300 }, (_, number) => `user-${number}`);
    await db.insert(db.tables.users).values(ids.map(newUser));

    await db.insert(db.tables.userPermissions).values(ids.map((userId) => ({ userId, permission: "notes.read" })));
    await db.delete(db.tables.userPermissions);

    expect(new Set(Object.values(await versions(db)))).toEqual(new Set([3]));
  });
});

test("sqlite: by hand in a shell, without foreign keys, a deleted group's permissions and a deleted user's sessions and identities go too", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  const { db, url } = opened;
  await addGroups(db);
  await db.insert(db.tables.groupPermissions).values({ groupId: "editors", permission: "notes.write" });
  await db
    .insert(db.tables.sessions)
    .values([newSession("s1", "ann"), newSession("s2", "cid"), newSession("s3", "cid")]);
  const data = ["s1", "s2", "s3"].map((sessionId) => ({ sessionId, key: "k", value: 1, updatedAt: new Date(0) }));
  await db.insert(db.tables.sessionData).values(data);
  const known = { provider: "works", issuer: "https://id.example.com", createdAt: new Date(0) };
  const identities = ["ann", "cid"].map((userId) => ({ ...known, id: `i-${userId}`, userId, subject: userId }));
  await db.insert(db.tables.identities).values(identities);
  const given = ["kept", "editors"].map((groupId) => ({ identityId: "i-cid", groupId }));
  await db.insert(db.tables.groups).values({ id: "kept", name: "kept", createdAt: new Date(0) });
  await db.insert(db.tables.identityGroups).values([...given, { identityId: "i-ann", groupId: "kept" }]);
  const begun = ["s1", "s2", "s3"].map((sessionId) => ({ sessionId, identityId: "i-cid", provider: "works" }));
  await db.insert(db.tables.providerSessions).values(begun);
  const before = await versions(db);

  const shell = new Sqlite(url.slice("sqlite:".length));
  shell.pragma("foreign_keys = OFF");
  shell.exec("delete from groups where id = 'editors'; delete from users where id = 'ann'");
  shell.exec("delete from sessions where id = 's3'");
  shell.close();

  expect(await db.select().from(db.tables.groupMembers)).toEqual([]);
  expect(await db.select().from(db.tables.groupPermissions)).toEqual([]);
  expect(await db.select().from(db.tables.sessions)).toMatchObject([{ id: "s2" }]);
  expect(await db.select().from(db.tables.sessionData)).toMatchObject([{ sessionId: "s2" }]);
  expect((await versions(db))["bob"]).toBeGreaterThan(before["bob"] ?? 0);
  // Whoever is known to a provider as nobody any more can come in by it as somebody new.
  expect(await db.select().from(db.tables.identities)).toMatchObject([{ id: "i-cid" }]);
  expect(await db.select().from(db.tables.identityGroups)).toEqual([{ identityId: "i-cid", groupId: "kept" }]);
  expect(await db.select().from(db.tables.providerSessions)).toMatchObject([{ sessionId: "s2" }]);
});

test("postgres: by hand, from another search path, versions rise; TRUNCATE raises all of them", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db, url } = opened;
  await addGroups(db);
  const before = await versions(db);

  await runByHand(
    url,
    "set search_path to pg_catalog; insert into public.user_permissions values ('cid', 'notes.read')",
  );
  expect((await versions(db))["cid"]).toBe((before["cid"] ?? 0) + 1);

  for (const table of ["group_members", "group_permissions", "user_permissions", "groups cascade"]) {
    const between = await versions(db);
    await runByHand(url, `truncate ${table}`);
    for (const [id, version] of Object.entries(await versions(db))) expect(version).toBeGreaterThan(between[id] ?? 0);
  }
});

test("postgres: two that change the rights of the same users at once do not dead-lock", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db } = opened;
  const ids = Array.from({ length: 100 }, (_, number) => `user-${number}`);
  const { users, groups, groupMembers, groupPermissions } = db.tables;
  await db.insert(users).values(ids.map(newUser));
  await db.insert(groups).values(["a", "b"].map((id) => ({ id, name: id, createdAt: new Date(0) })));
  await db.insert(groupMembers).values(ids.map((userId) => ({ groupId: "a", userId })));
  await db.insert(groupMembers).values(ids.toReversed().map((userId) => ({ groupId: "b", userId })));

  const changes = Array.from({ length: 20 }, (_, number) =>
    db.insert(groupPermissions).values({ groupId: number % 2 ? "a" : "b", permission: `p.${number}` }),
  );

  await expect(Promise.all(changes)).resolves.toHaveLength(20);
});

/** Ann and Bob are editors, Cid is nothing; there are readers too. */
async function addGroups(db: Database): Promise<void> {
  const { users, groups, groupMembers } = db.tables;
  await db.insert(users).values([newUser("ann"), newUser("bob"), newUser("cid")]);
  await db.insert(groups).values(["editors", "readers"].map((id) => ({ id, name: id, createdAt: new Date(0) })));
  await db.insert(groupMembers).values(["ann", "bob"].map((userId) => ({ groupId: "editors", userId })));
}

async function versions(db: Database): Promise<Record<string, number>> {
  const { users } = db.tables;
  const rows = await db.select({ id: users.id, version: users.version }).from(users);
  return Object.fromEntries(rows.map(({ id, version }) => [id, version]));
}

async function versionOf(db: Database, id: string): Promise<number> {
  return (await versions(db))[id] ?? 0;
}
