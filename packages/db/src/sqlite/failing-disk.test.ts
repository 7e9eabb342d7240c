import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";

import { sqliteDialect } from "@app/services/databases";

import { coreMigrations, type Database, DatabaseUnavailable, openDatabase } from "../index.ts";
import { newUser } from "../test/open-test-database.ts";

test("REL-10: on a disk that is full writes are refused, reads go on, what was acknowledged is there, and so are writes when there is room again", async (context) => {
  using disk = mountSmallDisk();
  if (!disk) return context.skip("It takes a file system of its own, which only root may mount.");
  const db = await openDatabase(`sqlite:${join(disk.folder, "app.db")}`, { migrations: [coreMigrations] });
  await using _closed = db;

  const acknowledged = await writeUntilRefused(db, "before");
  expect(acknowledged.length).toBeGreaterThan(20);
  // Full to the last byte, so that nothing small goes through either.
  writeFileSync(join(disk.folder, "filler"), Buffer.alloc(statfsSync(disk.folder).bavail * 4096));
  for (const attempt of [
    () => insertUser(db, "single"),
    () => db.transaction((tx) => insertUser(tx, "transaction")),
    () => db.delete(db.tables.users).execute(),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ name: "DatabaseUnavailable" });
  }
  expect(await idsOf(db)).toEqual(acknowledged);

  rmSync(join(disk.folder, "filler"));
  disk.grow();
  await insertUser(db, "after");
  expect(await idsOf(db)).toEqual([...acknowledged, "after"].toSorted());
});

test("REL-10: so it is when the file may not grow any more, and a transaction that does not fit leaves nothing", async () => {
  await using place = await sqliteDialect.create();
  const pragma = vi.spyOn(Sqlite.prototype, "pragma");
  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  const [writer] = pragma.mock.contexts as Sqlite.Database[]; // The first to be set up.
  pragma.mockRestore();
  const pages = writer?.pragma("page_count", { simple: true }) as number;
  writer?.pragma(`max_page_count = ${pages + 20}`);

  const acknowledged = await writeUntilRefused(db, "before");
  await expect(
    db.transaction(async (tx) => {
      for (let number = 0; number < 100; number += 1) await insertUser(tx, `half-${number}`);
    }),
  ).rejects.toThrow("The disk of the database is full.");
  expect(await idsOf(db)).toEqual(acknowledged);

  writer?.pragma("max_page_count = 100000");
  await insertUser(db, "after");
  expect(await idsOf(db)).toEqual([...acknowledged, "after"].toSorted());
});

test("REL-10: after a failed fsync nothing is acknowledged any more, the process hears of it, and its next start finds all it acknowledged", async (context) => {
  if (spawnSync("strace", ["-V"]).status !== 0) return context.skip("It takes strace, which makes fsync fail.");
  await using place = await sqliteDialect.create();
  await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();

  const { acknowledged, refused, code } = await writeOnFailingDisk(place.url, ours);

  expect(acknowledged.length).toBeGreaterThan(10);
  // One whose commit failed, which may have happened; the ones after it were not even tried.
  expect(refused.slice(0, 1)).toEqual(["unknown"]);
  expect(new Set(refused.slice(1))).toEqual(new Set(["refused"]));
  expect(refused.length).toBeGreaterThan(2);
  expect(code).toBe(74);

  await using db = await openDatabase(place.url, { migrations: [] });
  const found = await idsOf(db);
  expect(found.filter((id) => acknowledged.includes(id))).toEqual(acknowledged.toSorted());
  expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
});

test("after the same failure SQLite by itself acknowledges the next write as if nothing had happened", async (context) => {
  if (spawnSync("strace", ["-V"]).status !== 0) return context.skip("It takes strace, which makes fsync fail.");
  await using place = await sqliteDialect.create();
  await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();

  const { acknowledged, refused } = await writeOnFailingDisk(place.url, sqliteAlone);

  expect(refused).toEqual(["unknown"]);
  expect(acknowledged.at(-1)).toBe("after");
});

/** A megabyte a thousand rows, one by one. Answers with the ids of those that were acknowledged. */
async function writeUntilRefused(db: Database, prefix: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; number < 5000; number += 1) {
    const id = `${prefix}-${number}`;
    try {
      await insertUser(db, id);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      return acknowledged.toSorted();
    }
    acknowledged.push(id);
  }
  throw new Error("The disk never was full.");
}

async function insertUser(db: Pick<Database, "insert" | "tables">, id: string): Promise<void> {
  await db.insert(db.tables.users).values({ ...newUser(id), firstName: "x".repeat(1000) });
}

async function idsOf(db: Database): Promise<string[]> {
  return (await db.select({ id: db.tables.users.id }).from(db.tables.users)).map(({ id }) => id).toSorted();
}

/** A file system of two megabytes; null where this process may not mount one. */
function mountSmallDisk(): ({ readonly folder: string; grow(): void } & Disposable) | null {
  const folder = mkdtempSync(join(tmpdir(), "countersign-disk-"));
  const mount = (options: string) => spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
  if (mount("size=2m")) {
    return {
      folder,
      grow: () => void mount("remount,size=16m"),
      [Symbol.dispose]() {
        spawnSync("umount", [folder]);
        rmSync(folder, { recursive: true });
      },
    };
  }
  rmSync(folder, { recursive: true });
  return null;
}

/** Writes until it hears of the failure, and tries on for a moment. */
const ours = `
  import { writeSync } from "node:fs";
  import { openDatabase } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
  let left = Infinity;
  const db = await openDatabase(process.argv[1], { migrations: [], onDiskFailure: () => (left = 5) });
  for (let number = 0; left > 0; number += 1, left -= 1) {
    const id = "user-" + number;
    const row = { id, username: id, usernameKey: id, createdAt: new Date() };
    const said = await db.insert(db.tables.users).values(row).then(
      () => "ok " + id,
      (error) => (error.name !== "DatabaseUnavailable" ? error.stack : error.outcomeUnknown ? "unknown" : "refused"),
    );
    writeSync(1, said + "\\n");
  }
  const read = await db.select().from(db.tables.users).then(() => "read", () => "refused");
  writeSync(1, read + "\\n");
  process.exit(74);
`;

/** Writes until one fails, and once more. */
const sqliteAlone = `
  import { writeSync } from "node:fs";
  import Sqlite from "better-sqlite3";
  const sqlite = new Sqlite(process.argv[1].slice("sqlite:".length));
  sqlite.pragma("synchronous = FULL");
  const insert = sqlite.prepare("insert into groups (id, name, created_at) values (?, ?, 0)");
  const write = (id) => {
    try {
      insert.run(id, id);
      writeSync(1, "ok " + id + "\\n");
      return true;
    } catch (error) {
      writeSync(1, (error.code === "SQLITE_IOERR_FSYNC" ? "unknown" : error.stack) + "\\n");
      return false;
    }
  };
  for (let number = 0; write("group-" + number); ) number += 1;
  write("after");
`;

/** Runs it in a process of its own, whose 40th fsync fails, and no other. */
async function writeOnFailingDisk(url: string, script: string) {
  const inject = ["fsync", "fdatasync"].flatMap((call) => ["-e", `inject=${call}:error=EIO:when=40`]);
  const child = spawn(
    "strace",
    [
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      "trace=fsync,fdatasync",
      ...inject,
      process.execPath,
      "--input-type=module",
      "-e",
      script,
      url,
    ],
    { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const lines = said.trim().split("\n");
  return {
    acknowledged: lines.filter((line) => line.startsWith("ok ")).map((line) => line.slice(3)),
    refused: lines.filter((line) => !line.startsWith("ok ")),
    code: child.exitCode,
  };
}
