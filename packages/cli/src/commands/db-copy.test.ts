import { expect, test } from "vitest";

import { postgresDialect, sqliteDialect, type TestDialect } from "@app/services/databases";
import { coreMigrations, openDatabase } from "@countersign/db";

import { type Browser, signInBrowser } from "../test/ask-app.ts";
import { runHere } from "../test/open-command-line.ts";
import { runProgram } from "../test/run-program.ts";
import { startAppServer } from "../test/start-app-server.ts";

const password = "a few random words";

const ways: readonly (readonly [TestDialect, TestDialect])[] = [
  [sqliteDialect, postgresDialect],
  [postgresDialect, sqliteDialect],
];

// The app's own server on the one database, then the copy, then the server on the other; the same cookies.
test.each(ways.map(([from, to]) => ({ from, to, way: `${from.name} to ${to.name}` })))(
  "$way: who is signed in stays signed in, and sees the same rows in the same versions",
  async ({ from, to }) => {
    await using places = await openPlaces(from, to);
    const before = await useBefore(places.from);
    const environment = { DATABASE_URL: places.from, TARGET_DATABASE_URL: places.to };
    const run = (words: string) => runHere(`${words} --api ../api`, { input: "", environment });
    expect(await run(`db migrate --database ${places.to}`)).toMatchObject({ code: 0 });

    const copied = await run("db copy");

    expect(copied.code, copied.errors).toBe(0);
    expect(copied.output).toMatch(
      /^\d+ rows of \d+ tables copied and compared, in [\d.]+ s and \d+ MiB\.\nStart the servers/,
    );
    expect(copied.errors).toMatch(/^users: 3 rows$/m);
    await using server = await startAppServer(places.to);
    const ann = before.ann.at(server.url);
    expect(await readAll(ann)).toEqual(before.seen);
    expect(before.seen.snapshot).toMatchObject({ isAuthenticated: true, username: "ann" });
    expect(JSON.stringify(before.seen.notes)).toContain("tea 🫖");

    // A row that was told by its version is changed under it, and somebody else's cookie opens none of it.
    const [note] = rowsOf(before.seen.notes);
    await ann.mutate("note.update", { id: note?.id, version: note?.version, title: "coffee" });
    expect(rowsOf(await ann.query("note.list"))[0]).toMatchObject({
      title: "coffee",
      version: (note?.version ?? 0) + 1,
    });
    expect(rowsOf(await before.bob.at(server.url).query("note.list"))).toEqual([]);
    // Who was signed out before the copy stays so.
    await expect(before.gone.at(server.url).query("note.list")).rejects.toThrow("401");
  },
  120_000,
);

test("a server that runs on the source is noticed, and nothing is copied", async () => {
  await using places = await openPlaces(sqliteDialect, postgresDialect);
  await using _server = await startAppServer(places.from);
  const environment = { DATABASE_URL: places.from, TARGET_DATABASE_URL: places.to };
  const run = (words: string) => runHere(`${words} --api ../api`, { input: "", environment });
  await run(`db migrate --database ${places.to}`);

  const refused = await run("db copy --json");

  expect(refused).toMatchObject({ code: 1, output: "" });
  expect(JSON.parse(refused.errors)).toMatchObject({ exitCode: 1 });
  expect(refused.errors).toContain("open, a server most likely. Stop it first");
  await using db = await openDatabase(places.to, { migrations: [] });
  expect(await db.$count(db.tables.users)).toBe(0);

  const running = await run("db copy --while-running --dry-run --json");
  expect(running).toMatchObject({ code: 0, errors: "" });
  expect(JSON.parse(running.output)).toMatchObject({ isDryRun: true, files: 0 });
  expect(await db.$count(db.tables.users)).toBe(0);

  // Not a rehearsal: it says what such a copy is not.
  const moment = await run("db copy --while-running");
  expect(moment.output).toContain("what servers have written since, sign-outs and withdrawn rights too, is not in it");
  expect(moment.output).not.toContain("Start the servers");
}, 60_000);

test("db copy says what it lacks", async () => {
  const run = (words: string, environment: Record<string, string> = {}) => runHere(words, { input: "", environment });

  expect(await run("db copy --from sqlite:./none.db")).toMatchObject({
    code: 2,
    errors: "Where to? Write --to postgres://…, or set TARGET_DATABASE_URL.\n",
  });
  expect(await run("db copy --to sqlite:./none.db")).toMatchObject({ code: 2 });
  const secret = await run("db copy --from sqlite:./none.db --to postgres://ann:hidden@127.0.0.1:1/x --api ../api");
  expect(secret.code).toBe(4);
  expect(secret.errors).toContain("Others see the password in --to");
  expect(secret.errors).not.toContain("hidden");
});

async function openPlaces(from: TestDialect, to: TestDialect) {
  const [one, other] = [await from.create(), await to.create()];
  return {
    from: one.url,
    to: other.url,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

/** Three people use a server, which is then stopped. */
async function useBefore(url: string) {
  await (await openDatabase(url, { migrations: [coreMigrations] })).close();
  // Before the server starts, so that it makes no demo users.
  for (const name of ["ann", "bob", "cid"]) {
    expect(await runProgram(url, `user create ${name}`, password)).toMatchObject({ code: 0 });
  }
  await using server = await startAppServer(url);
  const [ann, bob, gone] = await Promise.all(
    ["ann", "bob", "cid"].map((name) => signInBrowser(server.url, name, password)),
  );
  if (!ann || !bob || !gone) throw new Error("Three signed in.");
  for (const title of ["tea 🫖", "茶", '{"tea"}']) await ann.mutate("note.create", { title, body: "a\nb\\c" });
  const [note] = rowsOf(await ann.query("note.list"));
  await ann.mutate("note.update", { id: note?.id, version: note?.version, body: "changed" });
  await gone.mutate("auth.logout", {});
  return { ann, bob, gone, seen: await readAll(ann) };
}

async function readAll(browser: Browser) {
  return { snapshot: await browser.query("session.me"), notes: await browser.query("note.list") };
}

interface Note {
  readonly id: string;
  readonly version: number;
}

function rowsOf(list: unknown): readonly Note[] {
  return (list as { readonly rows: readonly Note[] }).rows; // As `note.list` answers; another shape fails what is expected of it.
}
