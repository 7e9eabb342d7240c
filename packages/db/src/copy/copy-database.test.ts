import { spawn } from "node:child_process";
import { once } from "node:events";

import Sqlite from "better-sqlite3";
import { eq } from "drizzle-orm";
import { Client } from "pg";
import { describe, expect, test } from "vitest";

import { postgresDialect, sqliteDialect, type TestDatabase, type TestDialect } from "@app/services/databases";

import { copyDatabase, type CopyDatabaseOptions, coreMigrations, migrateDatabase, openDatabase } from "../index.ts";
import { newSession, newUser } from "../test/open-test-database.ts";
import { runByHand } from "../test/run-by-hand.ts";
import { nodeTables, writeNodeMigrations } from "../test/scratch-nodes.ts";

type Dialects = readonly [from: TestDialect, to: TestDialect];
const ways: readonly Dialects[] = [
  [sqliteDialect, postgresDialect],
  [postgresDialect, sqliteDialect],
  [postgresDialect, postgresDialect],
  [sqliteDialect, sqliteDialect],
];

describe.each(ways.map(([from, to]) => ({ from, to, way: `${from.name} to ${to.name}` })))("$way", ({ from, to }) => {
  test("every value of every kind arrives as it was, and so do versions, sessions and rights", async () => {
    await using pair = await openPair(from, to);
    await pair.withSource(async (db) => {
      await seedPeople(db);
      await db.insert(db.tables.nodes).values(strangeNodes);
    });
    const before = await pair.contentOf("source");
    expect(before.users.find(({ id }) => id === "ann")?.version).toBeGreaterThan(1);

    const reports = await pair.copy();

    expect(await pair.contentOf("target")).toEqual(before);
    expect(reports.find(({ table }) => table === "nodes")).toMatchObject({ rows: strangeNodes.length });
    expect(reports.map(({ table }) => table)).toEqual(expect.arrayContaining(["users", "sessions", "nodes"]));
  });

  test("triggers and references work on the target as before, and what cascades does", async () => {
    await using pair = await openPair(from, to);
    await pair.withSource(async (db) => {
      await seedPeople(db);
      await db.insert(db.tables.nodes).values([{ id: "root", version: 7 }]);
    });
    await pair.copy();

    await pair.withTarget(async (db) => {
      const { nodes, users, userPermissions, sessions } = db.tables;
      await db.update(nodes).set({ title: "tea" }).where(eq(nodes.id, "root"));
      expect(await db.select({ version: nodes.version }).from(nodes)).toEqual([{ version: 8 }]);
      await db.insert(nodes).values({ id: "leaf", parentId: "root" });
      expect(await db.select({ version: nodes.version }).from(nodes).where(eq(nodes.id, "root"))).toEqual([
        { version: 9 },
      ]);

      const versionOf = async (id: string) =>
        (await db.select({ version: users.version }).from(users).where(eq(users.id, id)))[0]?.version ?? 0;
      const version = await versionOf("bob");
      await db.insert(userPermissions).values({ userId: "bob", permission: "notes.read" });
      expect(await versionOf("bob")).toBe(version + 1);

      await expect(db.insert(nodes).values({ id: "stray", parentId: "nobody" })).rejects.toThrow(/foreign key/i);
      await db.delete(users).where(eq(users.id, "ann"));
      expect(await db.select({ userId: sessions.userId }).from(sessions)).toEqual([{ userId: "bob" }]);
    });
  });

  test("a dry run does all of it and keeps nothing, and then the copy goes through", async () => {
    await using pair = await openPair(from, to);
    await pair.withSource(seedPeople);
    const empty = await pair.contentOf("target");

    const tried = await pair.copy({ isDryRun: true });
    expect(await pair.contentOf("target")).toEqual(empty);

    expect(await pair.copy()).toEqual(tried);
    expect(await pair.contentOf("target")).toEqual(await pair.contentOf("source"));
  });

  test("a copy that is killed in its middle leaves nothing, and the next one goes through", async () => {
    await using pair = await openPair(from, to);
    await pair.withSource(async (db) => {
      await seedPeople(db);
      await db.insert(db.tables.nodes).values(Array.from({ length: 1200 }, (_, number) => ({ id: `node-${number}` })));
    });
    const empty = await pair.contentOf("target");

    expect(await copyUntilKilled(pair)).toBe("SIGKILL");

    // Postgres notices that nobody is there any more when it wants to answer.
    await expect.poll(() => pair.contentOf("target"), { timeout: 10_000 }).toEqual(empty);
    await expect.poll(() => pair.copy().then(() => "copied", String), { timeout: 10_000 }).toBe("copied");
    expect(await pair.contentOf("target")).toEqual(await pair.contentOf("source"));
  });

  test("a target that has a row, or lacks a migration, is refused and left as it is", async () => {
    await using pair = await openPair(from, to);
    await pair.withTarget((db) => db.insert(db.tables.users).values(newUser("root")).execute());
    const before = await pair.contentOf("target");

    await expect(pair.copy()).rejects.toThrow("The target has rows already, in users. Take an empty database");

    expect(await pair.contentOf("target")).toEqual(before);
    await using other = await to.create();
    await migrateDatabase(other.url, { migrations: [coreMigrations] });
    await expect(pair.copy({ to: other.url })).rejects.toThrow(
      "The target lacks 1 of the migrations, app/0000_nodes to begin with. Run countersign db migrate",
    );
    await expect(pair.copy({ to: pair.urls.source })).rejects.toThrow("Source and target are one database.");
  });

  test("a table or column that nobody knows is refused by name, unless it is left out", async () => {
    await using pair = await openPair(from, to);
    await pair.withSource(seedPeople);
    await byHand(pair.urls.source, "create table notes_of_hers (id text)");

    await expect(pair.copy()).rejects.toThrow(
      "The source has tables that this program does not know: notes_of_hers. Add them to the app's tables, or leave them out: --leave-out notes_of_hers.",
    );
    await pair.copy({ leaveOut: ["notes_of_hers"], isDryRun: true });

    await byHand(pair.urls.source, "alter table nodes add column colour text");
    await expect(pair.copy({ leaveOut: ["notes_of_hers"] })).rejects.toThrow(
      "The source's table nodes and the one this program knows differ in: colour.",
    );
  });

  test("a server that has the source open is noticed; who copies all the same gets one moment of it", async () => {
    await using pair = await openPair(from, to);
    await using server = await openDatabase(pair.urls.source, { tables: nodeTables, migrations: pair.migrations });
    await server.ping();

    await expect(pair.copy()).rejects.toThrow(
      /(has .* open, a server most likely|Others are connected to the source: countersign)/,
    );

    let isCopying = true;
    const writing = writePairs(server, () => isCopying);
    await expect.poll(() => server.$count(server.tables.users)).toBeGreaterThan(20);
    const reports = await pair.copy({ whileRunning: true });
    isCopying = false;
    const written = await writing;

    const rowsOf = (name: string) => reports.find(({ table }) => table === name)?.rows ?? -1;
    expect(rowsOf("users")).toBeGreaterThan(20);
    expect(rowsOf("users")).toBe(rowsOf("user_permissions"));
    expect(rowsOf("users")).toBeLessThanOrEqual(written);
    await server.close();
    await using again = await openPair(to, to);
    await pair.copy({ to: again.urls.target });
  });
});

test("on Postgres a copy of thousands of rights is told to others as one word", async () => {
  await using pair = await openPair(sqliteDialect, postgresDialect);
  await pair.withSource(async (db) => {
    await db.insert(db.tables.users).values(Array.from({ length: 1200 }, (_, number) => newUser(`user-${number}`)));
    await db
      .insert(db.tables.userPermissions)
      .values(Array.from({ length: 1200 }, (_, number) => ({ userId: `user-${number}`, permission: "notes.read" })));
  });
  const heard: string[] = [];
  const listener = new Client(pair.urls.target);
  await listener.connect();
  listener.on("notification", ({ payload }) => heard.push(payload ?? ""));
  await listener.query("listen countersign_changes");

  await pair.copy();
  await listener.query("select 1");
  expect(heard).toEqual(["all"]);

  // The same rights granted by anybody else are told, so the triggers are there.
  await runByHand(pair.urls.target, "insert into user_permissions values ('user-1', 'tea'), ('user-2', 'tea')");
  await expect.poll(() => heard.toSorted()).toEqual(["all", "user:user-1", "user:user-2"]);
  await listener.end();
});

test("what Postgres cannot keep, and what SQLite keeps though it is of another kind, is named row by row, and nothing is kept", async () => {
  await using pair = await openPair(sqliteDialect, postgresDialect);
  await pair.withSource(async (db) => {
    await seedPeople(db);
    await db.insert(db.tables.nodes).values([{ id: "fine" }, { id: "nul", title: "a\0b" }]);
  });
  await byHand(
    pair.urls.source,
    `insert into nodes (id, extra) values ('json-nul', '{"a":"\\u0000"}'), ('half', '["\\ud800"]'), ('no-json', 'tea');
     insert into nodes (id, title) values ('bytes', x'80ff'), ('latin', cast(x'636166e9' as text));
     insert into nodes (id, is_done) values ('maybe', 2);
     insert into nodes (id, due_at) values ('someday', 'soon'), ('half-ms', 1.5), ('too-late', 9000000000000000)`,
  );
  const before = await pair.contentOf("target");

  const refusal = await pair.copy().catch((error: unknown) => error);

  expect(refusal).toMatchObject({ name: "CopyRefused" });
  expect((refusal as Error).message.split("\n").slice(1).toSorted()).toEqual([
    "nodes id=bytes, column title: holds bytes, which is no text.",
    "nodes id=half, column extra: holds JSON with a NUL, or half a character, which Postgres cannot keep.",
    "nodes id=half-ms, column due_at: holds 1.5, which is no instant.",
    "nodes id=json-nul, column extra: holds JSON with a NUL, or half a character, which Postgres cannot keep.",
    "nodes id=latin, column title: holds bytes that are no text.",
    "nodes id=maybe, column is_done: is 2, which is neither yes (1) nor no (0).",
    "nodes id=no-json, column extra: holds something that is no JSON.",
    "nodes id=nul, column title: holds a NUL character, which Postgres cannot keep.",
    "nodes id=someday, column due_at: holds soon, which is no instant.",
    "nodes id=too-late, column due_at: is 9000000000000000, which is no instant in milliseconds that Postgres can keep.",
  ]);
  expect(await pair.contentOf("target")).toEqual(before);

  // Mended, it goes through: the refusal left nothing in the way, triggers included.
  await byHand(pair.urls.source, "delete from nodes where id <> 'fine'");
  await pair.copy();
  await runByHand(pair.urls.target, "update nodes set title = 'tea'");
  await pair.withTarget(async (db) => {
    expect(await db.select({ version: db.tables.nodes.version }).from(db.tables.nodes)).toEqual([{ version: 2 }]);
  });
});

test.each([
  ["user_permissions", "insert into user_permissions values ('nobody', 'notes.view')"],
  // It may refer to a row that comes later.
  ["nodes", "insert into nodes (id, parent_id) values ('lost', 'nowhere')"],
])(
  "a row of %s that refers to one that is not there, as a shell of SQLite leaves it, is refused with the cure, and nothing is kept",
  async (table, orphan) => {
    await using pair = await openPair(sqliteDialect, postgresDialect);
    await pair.withSource(seedPeople);
    await byHand(pair.urls.source, `pragma foreign_keys = off; ${orphan}`);
    const before = await pair.contentOf("target");

    const refusal = await pair.copy().catch((error: unknown) => error);

    expect(refusal).toMatchObject({ name: "CopyRefused" });
    const { message } = refusal as Error;
    expect(message).toContain(`A row of ${table} cannot be copied as it is: `);
    expect(message).toContain("Mend it in the source, then copy again. In SQLite, PRAGMA foreign_key_check lists all");
    expect(await pair.contentOf("target")).toEqual(before);
  },
);

test("what only SQL can write arrives too, there and back again: the largest counts, the first and last instants", async () => {
  await using pair = await openPair(sqliteDialect, postgresDialect);
  const rows = [
    ["a", "9223372036854775807", "8640000000000000"],
    ["b", "-9223372036854775808", "-210866803200000"],
    ["c", "9007199254740993", "253402300800000"],
    ["d", null, "253402300799999"],
    ["e", "0", "-62135596800001"],
  ];
  const values = rows.map(([id, amount, dueAt]) => `('${id}', ${amount}, ${dueAt})`).join();
  await byHand(pair.urls.source, `insert into nodes (id, amount, due_at) values ${values}`);
  await pair.copy();

  await using back = await openPair(postgresDialect, sqliteDialect);
  await back.copy({ from: pair.urls.target });

  const sqlite = new Sqlite(back.urls.target.slice("sqlite:".length), { readonly: true });
  const text = "select id, cast(amount as text), cast(due_at as text) from nodes order by id";
  expect(sqlite.prepare(text).raw().all()).toEqual(rows);
  sqlite.close();
});

test("an instant that never comes is named, from Postgres to SQLite", async () => {
  await using pair = await openPair(postgresDialect, sqliteDialect);
  await byHand(pair.urls.source, "insert into nodes (id, due_at) values ('never', 'infinity')");

  await expect(pair.copy()).rejects.toThrow("nodes id=never, column due_at: is infinity, which is no instant");
});

test("a row that is changed on its way is noticed, and nothing is kept", async () => {
  await using pair = await openPair(sqliteDialect, postgresDialect);
  await pair.withSource(seedPeople);
  // Neither trigger nor constraint: a rule of Postgres rewrites what is inserted.
  await runByHand(
    pair.urls.target,
    "create rule lost as on insert to group_members where new.user_id = 'bob' do instead nothing",
  );
  const before = await pair.contentOf("target");

  await expect(pair.copy()).rejects.toThrow(
    "The rows of group_members did not arrive as they were (2 were read, 1 arrived)",
  );

  expect(await pair.contentOf("target")).toEqual(before);
});

/** Whatever text, JSON, instant and count may be. The child comes before its parent. */
const strangeNodes = [
  {
    id: "child",
    parentId: "parent",
    title: "",
    isDone: true,
    dueAt: new Date(0),
    extra: { b: 1, a: [null, { c: "" }] },
    amount: 0,
  },
  { id: "parent", title: "NULL", isDone: false, dueAt: new Date(-1), extra: "42", amount: Number.MAX_SAFE_INTEGER },
  { id: "null", title: null, isDone: null, dueAt: null, extra: null, amount: null, version: 0 },
  {
    id: "tea 🫖 茶 é",
    title: `{"a",'b',\\c\\\\}\n\t"`,
    dueAt: new Date("9999-12-31T23:59:59.999Z"),
    extra: 0.1,
    amount: -1,
  },
  {
    id: "\u202eRTL",
    title: "\u{fffd}\u{10ffff}",
    dueAt: new Date("0100-01-01T00:00:00.001Z"),
    extra: [],
    amount: -9_007_199_254_740_991,
  },
  {
    id: "old",
    title: "x".repeat(100_000),
    dueAt: new Date("0144-03-15T12:00:00.001Z"),
    extra: JSON.parse('{"__proto__":"key"}') as object,
    amount: 5,
  },
  {
    id: "zones",
    title: " tea ",
    dueAt: new Date("1883-11-18T12:03:57.999Z"),
    extra: { a: true, "": "\u2028" },
    amount: 6,
  },
  { id: "leap", dueAt: new Date("2024-02-29T23:59:59.001Z"), extra: "null", amount: 7 },
];

type Db = Awaited<ReturnType<typeof openNodes>>;

async function seedPeople(db: Db): Promise<void> {
  const { users, sessions, sessionData, groups, groupMembers, groupPermissions, userPermissions, rateLimits } =
    db.tables;
  await db.insert(users).values([newUser("ann"), { ...newUser("bob"), isStaff: true, passwordHash: "$argon2id$…" }]);
  await db.insert(sessions).values([newSession("one", "ann"), newSession("two", "bob")]);
  await db.insert(sessionData).values({ sessionId: "one", key: "theme", value: "dark", updatedAt: new Date(5) });
  await db.insert(groups).values({ id: "editors", name: "Editors", createdAt: new Date(6) });
  await db.insert(groupMembers).values([
    { groupId: "editors", userId: "ann" },
    { groupId: "editors", userId: "bob" },
  ]);
  await db.insert(groupPermissions).values({ groupId: "editors", permission: "notes.read" });
  await db.insert(userPermissions).values({ userId: "ann", permission: "notes.write" });
  await db.insert(rateLimits).values({ key: "login:ann", points: 3, expire: null });
}

/** Another process that copies, and kills itself once half of the nodes are written. */
async function copyUntilKilled(pair: Awaited<ReturnType<typeof openPair>>): Promise<NodeJS.Signals | null> {
  const script = `
    import { copyDatabase, coreMigrations } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
    import { nodeTables } from ${JSON.stringify(new URL("../test/scratch-nodes.ts", import.meta.url).href)};
    const { from, to, app } = JSON.parse(process.argv[1]);
    const folders = { sqlite: new URL(app.sqlite), postgres: new URL(app.postgres) };
    const migrations = [coreMigrations, { name: "app", folders }];
    const onProgress = ({ table, rows }) => table === "nodes" && rows > 600 && process.kill(process.pid, "SIGKILL");
    await copyDatabase({ from, to, tables: nodeTables, migrations, onProgress });
  `;
  const folders = pair.migrations.at(-1)?.folders;
  const app = { sqlite: folders?.sqlite.href, postgres: folders?.postgres.href };
  const given = JSON.stringify({ from: pair.urls.source, to: pair.urls.target, app });
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, given], { stdio: "inherit" });
  await once(child, "exit");
  return child.signalCode;
}

/** A user with a permission in each transaction, until it is told to stop. Answers how many. */
async function writePairs(db: Db, isGoingOn: () => boolean): Promise<number> {
  let written = 0;
  for (; isGoingOn() && written < 5000; written += 1) {
    const id = `pair-${written}`;
    await db.transaction(async (tx) => {
      await tx.insert(tx.tables.users).values(newUser(id));
      await tx.insert(tx.tables.userPermissions).values({ userId: id, permission: "notes.read" });
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return written;
}

function openNodes(url: string) {
  return openDatabase(url, { tables: nodeTables, migrations: [] });
}

/** A source and a target of their own, migrated, empty, and closed but where they are used. */
async function openPair(from: TestDialect, to: TestDialect) {
  const written = writeNodeMigrations();
  const places: Record<"source" | "target", TestDatabase> = { source: await from.create(), target: await to.create() };
  const { migrations } = written;
  const urls = { source: places.source.url, target: places.target.url };
  for (const url of Object.values(urls)) await migrateDatabase(url, { migrations });

  async function using(url: string, work: (db: Db) => Promise<unknown>): Promise<void> {
    await using db = await openNodes(url);
    await work(db);
  }

  async function contentOf(end: "source" | "target") {
    await using db = await openNodes(urls[end]);
    const { users, sessions, sessionData, groupMembers, groupPermissions, userPermissions, rateLimits, nodes } =
      db.tables;
    return {
      users: await db.select().from(users).orderBy(users.usernameKey),
      sessions: await db.select().from(sessions).orderBy(sessions.tokenHash),
      sessionData: await db.select().from(sessionData),
      groupMembers: await db.select().from(groupMembers).orderBy(groupMembers.userId),
      groupPermissions: await db.select().from(groupPermissions),
      userPermissions: await db.select().from(userPermissions).orderBy(userPermissions.userId),
      rateLimits: await db.select().from(rateLimits),
      nodes: (await db.select().from(nodes)).toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    };
  }

  return {
    urls,
    migrations,
    contentOf,
    withSource: (work: (db: Db) => Promise<unknown>) => using(urls.source, work),
    withTarget: (work: (db: Db) => Promise<unknown>) => using(urls.target, work),
    copy: (options: Partial<CopyDatabaseOptions> = {}) =>
      copyDatabase({ from: urls.source, to: urls.target, tables: nodeTables, migrations, ...options }),
    async [Symbol.asyncDispose]() {
      written[Symbol.dispose]();
      for (const place of Object.values(places)) await place[Symbol.asyncDispose]();
    },
  };
}

/** Statements past the library, as by sqlite3 and psql. */
async function byHand(url: string, text: string): Promise<void> {
  if (url.startsWith("postgres")) return runByHand(url, text);
  const sqlite = new Sqlite(url.slice("sqlite:".length));
  sqlite.exec(text);
  sqlite.close();
}
