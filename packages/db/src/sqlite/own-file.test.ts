import { copyFileSync, renameSync, rmSync } from "node:fs";

import { expect, test, vi } from "vitest";

import { sqliteDialect } from "@app/services/databases";

import { type DatabaseUnavailable, type ExternalChange, openDatabase } from "../index.ts";
import { newUser, openTestDatabase } from "../test/open-test-database.ts";

const losses: Readonly<Record<string, (file: string) => void>> = {
  replaced(file) {
    copyFileSync(file, `${file}.restored`);
    renameSync(`${file}.restored`, file);
  },
  "moved away": (file) => renameSync(file, `${file}.before`),
  removed: (file) => rmSync(file),
};

test.each(Object.entries(losses))(
  "a file that was %s under who has it open is told of, and nothing more is acknowledged",
  async (_how, lose) => {
    const failures: DatabaseUnavailable[] = [];
    await using opened = await openTestDatabase(sqliteDialect, { onDiskFailure: (error) => failures.push(error) });
    const { db } = opened;
    const seen: ExternalChange[] = [];
    await db.watchExternalChanges((change) => seen.push(change), { pollMs: 5 });
    await db.insert(db.tables.users).values(newUser("before"));

    lose(opened.url.replace("sqlite:", ""));
    await vi.waitFor(() => expect(failures.map(({ message }) => message)).toEqual([lost]));
    await expect(db.insert(db.tables.users).values(newUser("after"))).rejects.toThrow(lost);
    await expect(db.transaction((tx) => tx.insert(tx.tables.users).values(newUser("after")))).rejects.toThrow(lost);
    await expect(db.select().from(db.tables.users)).rejects.toThrow(lost);
    expect(seen).toEqual([]);
  },
);

test("a file that others write to is the same one", async () => {
  const failures: DatabaseUnavailable[] = [];
  await using opened = await openTestDatabase(sqliteDialect, { onDiskFailure: (error) => failures.push(error) });
  await using other = await openDatabase(opened.url, { migrations: [] });
  const seen: ExternalChange[] = [];
  await opened.db.watchExternalChanges((change) => seen.push(change), { pollMs: 5 });

  await other.insert(other.tables.users).values(newUser("ann"));
  await vi.waitFor(() => expect(seen).toEqual([{ kind: "all" }]));
  expect(failures).toEqual([]);
});

const lost =
  "The database's file was replaced or removed while it was open. The server must start again; stop it before a backup is restored.";
