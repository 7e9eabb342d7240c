import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { postgresDialect, sqliteDialect } from "@app/services/databases";

import { signInBrowser } from "../test/ask-app.ts";
import { openCommandLine } from "../test/open-command-line.ts";
import { startAppServer } from "../test/start-app-server.ts";

const password = "a few random words";

test("REL-58: a backup that is restored has the accounts, and nobody is signed in", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "backup.db");
  await using line = await openCommandLine(sqliteDialect);
  await line.run("user create ann", password);
  await using server = await startAppServer(line.url);
  const ann = await signInBrowser(server.url, "ann", password);
  await ann.mutate("note.create", { title: "tea", body: "" });

  const done = await line.run(`db backup --to ${file}`);
  expect(done).toMatchObject({ code: 0, errors: "" });
  expect(done.output).toMatch(
    /backup\.db is a whole copy with 1 account, \d+ KiB\. Nobody is signed in, in it\.\nFiles of users/,
  );
  // The server it was taken from goes on, and so does who is signed in there.
  expect(await ann.query("session.me")).toMatchObject({ isAuthenticated: true });

  await using restored = await startAppServer(`sqlite:${file}`);
  const before = ann.at(restored.url);
  expect(await before.query("session.me")).toMatchObject({ isAuthenticated: false });
  await expect(before.query("note.list")).rejects.toThrow("401");
  const again = await signInBrowser(restored.url, "ann", password);
  expect(JSON.stringify(await again.query("note.list"))).toContain("tea");
}, 60_000);

test("db backup writes over nothing, and names what Postgres has for it", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "backup.db");
  await using line = await openCommandLine(sqliteDialect);
  expect(await line.run(`db backup --to ${file} --json`)).toMatchObject({ code: 0 });

  const refused = await line.run(`db backup --to ${file}`);
  expect(refused).toMatchObject({ code: 4, output: "" });
  expect(refused.errors).toContain("Backups are never written over: take another name.");
  expect(await line.run("db backup")).toMatchObject({ code: 2, errors: "Where to? Write --to backup.db.\n" });

  await using onPostgres = await openCommandLine(postgresDialect);
  const { code, errors } = await onPostgres.run(`db backup --to ${file}.pg`);
  expect(code).toBe(4);
  expect(errors).toContain("Postgres has its own: pg_dump");
});

function scratchFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "countersign-backup-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
