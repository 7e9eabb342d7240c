import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { and, count, desc, eq, gt, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, postgresDialect, sqliteDialect } from "@app/services/databases";

import {
  backupDatabase,
  coreMigrations,
  coreTables,
  type Database,
  DatabaseUnavailable,
  extendTables,
  migrateDatabase,
  openDatabase,
  readMigrationStatus,
  UniqueViolation,
} from "./index.ts";
import { newSession, newUser, openTestDatabase } from "./test/open-test-database.ts";

describeDatabases((dialect) => {
  test("flags, instants, counts, texts and none come back as they were written", async () => {
    await using opened = await openTestDatabase(dialect);
    const { users } = opened.db.tables;
    const written = {
      ...newUser("ann"),
      username: "Änn 🫖 عائشة \\ ' \" ` ; --",
      email: null,
      isActive: false,
      isStaff: true,
      createdAt: new Date("2026-02-28T23:59:59.999Z"),
      lastLoginAt: new Date(-1),
      version: Number.MAX_SAFE_INTEGER - 1,
    };

    const [returned] = await opened.db.insert(users).values(written).returning();
    const [read] = await opened.db.select().from(users);

    expect(returned).toEqual(read);
    expect(read).toEqual({
      ...written,
      emailKey: null,
      emailVerifiedAt: null,
      firstName: "",
      lastName: "",
      passwordHash: null,
      isSuperuser: false,
      locale: null,
      untrustedIssuers: null,
    });
  });

  test("JSON comes back as it was written, texts that look like JSON included", async () => {
    await using opened = await openTestDatabase(dialect);
    const { users, sessions, sessionData } = opened.db.tables;
    await opened.db.insert(users).values(newUser("ann"));
    await opened.db.insert(sessions).values(newSession("s1", "ann"));
    const nested = { nested: [1, "two", { three: null }], empty: {} };
    const values = [nested, ["a"], "text", "42", '"quoted"', "null", "", 42, 0.1, -1e300, true, false];

    for (const [number, value] of values.entries()) {
      const entry = { sessionId: "s1", key: String.fromCharCode(97 + number), value, updatedAt: new Date(0) };
      await opened.db.insert(sessionData).values(entry);
    }

    const rows = await opened.db.select().from(sessionData).orderBy(sessionData.key);
    expect(rows.map(({ value }) => value)).toStrictEqual(values);
  });

  test("instants compare and sort, counts count, an upsert updates", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { users } = db.tables;
    for (const [number, id] of ["ann", "bob", "cid"].entries()) {
      await db.insert(users).values({ ...newUser(id), createdAt: new Date(1000 * number) });
    }

    const younger = await db
      .select({ id: users.id })
      .from(users)
      .where(and(gt(users.createdAt, new Date(0)), eq(users.isActive, true)))
      .orderBy(desc(users.createdAt));
    await db
      .insert(users)
      .values(newUser("ann"))
      .onConflictDoUpdate({ target: users.usernameKey, set: { firstName: "Ann" } });
    const [ann] = await db.update(users).set({ lastName: "Lee" }).where(eq(users.id, "ann")).returning();

    expect(younger).toEqual([{ id: "cid" }, { id: "bob" }]);
    expect(ann).toMatchObject({ firstName: "Ann", lastName: "Lee" });
    expect(await db.$count(users, gt(users.createdAt, new Date(0)))).toBe(2);
    expect(await db.select({ rows: count() }).from(users)).toEqual([{ rows: 3 }]);
    expect(await db.selectDistinct({ isActive: users.isActive }).from(users)).toEqual([{ isActive: true }]);
    expect(await db.delete(users).where(eq(users.id, "bob")).returning({ id: users.id })).toEqual([{ id: "bob" }]);
  });

  test("a value that is there already is a UniqueViolation that names the column", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { users, groupMembers, groups } = db.tables;
    await db.insert(users).values({ ...newUser("ann"), emailKey: "ann@example.com" });
    await db.insert(groups).values({ id: "g", name: "g", createdAt: new Date(0) });
    await db.insert(groupMembers).values({ groupId: "g", userId: "ann" });

    const violations = [
      [db.insert(users).values({ ...newUser("bob"), usernameKey: "ann" }), "users.username_key"],
      [db.insert(users).values({ ...newUser("bob"), emailKey: "ann@example.com" }), "users.email_key"],
      [db.insert(users).values({ ...newUser("ann"), usernameKey: "bob" }), "users.id"],
      [
        db.insert(groupMembers).values({ groupId: "g", userId: "ann" }),
        "group_members.group_id, group_members.user_id",
      ],
    ] as const;
    for (const [write, constraint] of violations) {
      const error: unknown = await write.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(UniqueViolation);
      expect(error).toMatchObject({ constraint });
    }
  });

  test("twenty that register the same name at once: one comes in, the others are UniqueViolations", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, (_, number) =>
        db.transaction((tx) => tx.insert(tx.tables.users).values({ ...newUser(`user-${number}`), usernameKey: "ann" })),
      ),
    );

    const refusals = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason as unknown] : []));
    expect(refusals).toHaveLength(19);
    expect(refusals.filter((reason) => !(reason instanceof UniqueViolation))).toEqual([]);
  });

  test("a reference to a row that is not there is refused", async () => {
    await using opened = await openTestDatabase(dialect);

    const orphan = opened.db.insert(opened.db.tables.sessions).values(newSession("s1", "nobody"));

    await expect(orphan).rejects.toThrow(/foreign key/i);
  });

  test("no error shows the values of the statement that failed", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { users } = db.tables;
    const secret = "$argon2id$very-secret";
    await db.insert(users).values(newUser("ann"));
    const missing = null as unknown as string;

    const failures = await Promise.allSettled([
      db.insert(users).values({ ...newUser("ann"), passwordHash: secret }),
      db.insert(users).values({ ...newUser("bob"), username: missing, passwordHash: secret }),
      db.insert(db.tables.sessions).values({ ...newSession("s1", "nobody"), tokenHash: secret }),
      db
        .select()
        .from(users)
        .where(sql`no_such_column = ${secret}`),
      db.transaction((tx) => tx.insert(tx.tables.users).values({ ...newUser("ann"), passwordHash: secret })),
    ]);

    for (const failure of failures) {
      if (failure.status === "fulfilled") throw new Error("This was to fail.");
      expect(deepText(failure.reason)).not.toContain("very-secret");
    }
  });

  test("a prepared read gives the same raw values on both dialects", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await db
      .insert(db.tables.users)
      .values({ ...newUser("ann"), isStaff: true, lastLoginAt: new Date(1_700_000_000_123) });
    await db.insert(db.tables.sessions).values(newSession("s1", "ann"));
    await db
      .insert(db.tables.sessionData)
      .values({ sessionId: "s1", key: "k", value: { a: 1 }, updatedAt: new Date(0) });

    const text = (id: string) =>
      `select u.id, is_staff, is_superuser, last_login_at, email_verified_at, u.version, value
       from users u join sessions s on s.user_id = u.id join session_data d on d.session_id = s.id where u.id = ${id}`;
    const statement = db.prepare<{ value: string }>("find_user", { sqlite: text("+?"), postgres: text("$1") });
    const rows = await statement.all(["ann"]);

    expect(JSON.parse(rows[0]?.value ?? "")).toEqual({ a: 1 });
    expect(rows).toEqual([
      {
        id: "ann",
        is_staff: 1,
        is_superuser: 0,
        last_login_at: 1_700_000_000_123,
        email_verified_at: null,
        version: 1,
        value: expect.any(String) as string,
      },
    ]);
    expect(await statement.all(["bob"])).toEqual([]);
  });

  test("a prepared read sees what was committed, and never what a running transaction wrote", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const statement = prepareUserIds(db);
    expect(await statement.all([])).toEqual([]);

    await db.transaction(async (tx) => {
      await tx.insert(tx.tables.users).values(newUser("ann"));
      expect(await statement.all([])).toEqual([]);
    });

    expect(await statement.all([])).toEqual([{ id: "ann" }]);
  });

  test("the application's tables are there beside the library's", async () => {
    await using place = await dialect.create();
    const tables = extendTables(coreTables, ({ table, id }) => ({
      pets: table("pets", { id: id("id").primaryKey() }),
    }));

    await using db = await openDatabase(place.url, { tables, migrations: [coreMigrations] });

    expect(db.tables.pets.id.name).toBe("id");
    expect(await db.select().from(db.tables.users)).toEqual([]);
    await expect(db.select().from(db.tables.pets)).rejects.toThrow("pets");
  });

  test("a closed database is DatabaseUnavailable in every way, and closing it again is fine", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const statement = prepareUserIds(db);
    await db.close();
    await db.close();

    await expect(db.ping()).rejects.toThrow(DatabaseUnavailable);
    await expect(db.select().from(db.tables.users)).rejects.toThrow(DatabaseUnavailable);
    await expect(db.insert(db.tables.users).values(newUser("ann"))).rejects.toThrow(DatabaseUnavailable);
    await expect(db.transaction(async () => {})).rejects.toThrow(DatabaseUnavailable);
    await expect((async () => statement.all([]))()).rejects.toThrow(DatabaseUnavailable);
  });

  test("closing lets a running transaction end first", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const running = db.transaction(async (tx) => {
      await tx.insert(tx.tables.users).values(newUser("ann"));
      await pause(30);
    });
    await pause(10);
    await db.close();
    await running;

    await using again = await openDatabase(opened.url, { migrations: [coreMigrations] });
    expect(await again.$count(again.tables.users)).toBe(1);
  });

  test("closing does not wait for ever for a transaction that does not end", async () => {
    await using opened = await openTestDatabase(dialect, { lockTimeoutMs: 100, statementTimeoutMs: 100 });
    const { db } = opened;
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    const stuck = db.transaction(async (tx) => {
      await tx.insert(tx.tables.users).values(newUser("ann"));
      await mayGoOn;
      await tx.insert(tx.tables.users).values(newUser("bob"));
    });
    stuck.catch(() => {});
    await pause(30);

    await db.close();
    goOn();

    await expect(stuck).rejects.toThrow(DatabaseUnavailable);
    await using again = await openDatabase(opened.url, { migrations: [coreMigrations] });
    expect(await again.$count(again.tables.users)).toBe(0);
  });
});

test("sqlite: the file and its folder are made, for their owner alone; its log too", async () => {
  await using place = await sqliteDialect.create();
  const file = join(dirname(place.url.slice("sqlite:".length)), "deep", "er", "app.db");

  await using db = await openDatabase(`sqlite:${file}`, { migrations: [coreMigrations] });
  await db.insert(db.tables.users).values(newUser("ann"));

  expect(modeOf(file)).toBe("600");
  expect(modeOf(`${file}-wal`)).toBe("600");
  expect(modeOf(dirname(file))).toBe("700");
});

test("sqlite: the mode of a file that is there already is left alone", async () => {
  await using place = await sqliteDialect.create();
  const file = place.url.slice("sqlite:".length);
  writeFileSync(file, "");
  chmodSync(file, 0o640);

  await using _db = await openDatabase(place.url, { migrations: [coreMigrations] });

  expect(modeOf(file)).toBe("640");
});

test("sqlite: a file that is no database is refused, and left as it is", async () => {
  await using place = await sqliteDialect.create();
  const file = place.url.slice("sqlite:".length);
  writeFileSync(file, "a letter to Ann, longer than the header of a database".repeat(10));

  await expect(openDatabase(place.url, { migrations: [coreMigrations] })).rejects.toThrow("not a database");

  expect(existsSync(`${file}-wal`)).toBe(false);
});

test("sqlite: what cannot be a database is refused with the cure, to servers, commands and backups alike", async () => {
  await using place = await sqliteDialect.create();
  const folder = dirname(place.url.slice("sqlite:".length));
  const text = join(folder, "notes.txt");
  writeFileSync(
    text,
    "What somebody wrote, and named by mistake. It is longer than the head of a database. ".repeat(3),
  );
  const options = { migrations: [coreMigrations] };
  const opened: unknown[] = [];
  for (const wrong of [folder, text, join(text, "test.db")]) {
    const url = `sqlite:${wrong}`;
    const cure = /Name (?:a file that this user may read and write|another one|the file in it)|Correct the path/;
    for (const use of [
      () => openDatabase(url, options),
      () => migrateDatabase(url, options),
      () => readMigrationStatus(url, options),
      () => backupDatabase(url, join(folder, "backup.db")),
    ]) {
      const error: unknown = await use().then(
        (result) => opened.push(result),
        (reason: unknown) => reason,
      );
      // The cast: what is refused is told by an error. One of SQLite's own would be taken for a defect.
      const { name, message } = error as Error;
      expect(message, wrong).toMatch(cure);
      expect(["Error", "DatabaseUnavailable"], wrong).toContain(name);
    }
  }
  expect(opened).toEqual([]);
  expect(readdirSync(folder)).toEqual(["notes.txt"]);
});

test("sqlite: what was acknowledged is on the disk, foreign keys hold, and the log is a WAL", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  // 2 is FULL. The pragmas are the connection's own, so they are read through it.
  const read = (pragma: string) =>
    opened.db.transaction((tx) =>
      tx.select({ value: sql<unknown>`${sql.raw(pragma)}` }).from(sql.raw(`pragma_${pragma}`)),
    );

  expect(await read("synchronous")).toEqual([{ value: 2 }]);
  expect(await read("foreign_keys")).toEqual([{ value: 1 }]);
  expect(await read("journal_mode")).toEqual([{ value: "wal" }]);
});

test("sqlite: a prepared read answers without a promise, and refuses to be a write", async () => {
  await using opened = await openTestDatabase(sqliteDialect);

  expect(prepareUserIds(opened.db).all([])).toEqual([]);
  const write = "delete from users returning id";
  expect(() => opened.db.prepare("delete_users", { sqlite: write, postgres: write })).toThrow("is not a read");
});

test("memory: one connection for all; reads from outside wait for the transaction, its own do not", async () => {
  await using db = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });
  const statement = prepareUserIds(db);
  const { promise: isOpen, resolve: open } = Promise.withResolvers<void>();

  const transaction = db.transaction(async (tx) => {
    await tx.insert(tx.tables.users).values(newUser("ann"));
    expect(statement.all([])).toEqual([{ id: "ann" }]);
    expect(await db.$count(db.tables.users)).toBe(1);
    open();
    await pause(20);
    throw new Error("no");
  });
  await isOpen;
  const outside = statement.all([]);

  expect(outside).toBeInstanceOf(Promise);
  await expect(transaction).rejects.toThrow("no");
  expect(await outside).toEqual([]);
  expect(statement.all([])).toEqual([]);
});

test("memory: two that are opened are two databases", async () => {
  await using one = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });
  await using other = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });

  await one.insert(one.tables.users).values(newUser("ann"));

  expect(await other.$count(other.tables.users)).toBe(0);
});

test("postgres: a server that is not there is DatabaseUnavailable, and the message has no password", async () => {
  const opening = openDatabase("postgres://ann:secret@127.0.0.1:1/app", { migrations: [coreMigrations] });

  await expect(opening).rejects.toThrow(DatabaseUnavailable);
  await expect(opening).rejects.not.toThrow("secret");
});

test("postgres: a database that is not there is DatabaseUnavailable, and named", async () => {
  await using place = await postgresDialect.create();
  const url = new URL(place.url);
  url.pathname = "/no_such_database";

  const opening = openDatabase(url.href, { migrations: [coreMigrations] });

  await expect(opening).rejects.toThrow(DatabaseUnavailable);
  await expect(opening).rejects.toThrow("no_such_database");
});

function prepareUserIds(db: Database) {
  const text = "select id from users order by id";
  return db.prepare<{ id: string }>("user_ids", { sqlite: text, postgres: text });
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** Everything an error tells to whoever prints it, its causes included. */
function deepText(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const own = Object.getOwnPropertyNames(error).map((name) => `${name}=${String(Reflect.get(error, name))}`);
  return `${own.join("\n")}\n${error.cause === undefined ? "" : deepText(error.cause)}`;
}
