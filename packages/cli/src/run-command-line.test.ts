import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect } from "@app/services/databases";
import { openDatabase } from "@countersign/db";

import { defineCommand } from "./command.ts";
import { commands } from "./commands.ts";
import { runCommandLine } from "./run-command-line.ts";
import { createFakeTerminal } from "./test/fake-terminal.ts";
import { openCommandLine } from "./test/open-command-line.ts";

async function run(words: string, environment: Record<string, string> = {}) {
  const { terminal, said } = createFakeTerminal("", environment);
  const code = await runCommandLine(commands, words.split(" ").filter(Boolean), terminal);
  await new Promise((resolve) => setImmediate(resolve));
  return { code, ...said };
}

test("help is an answer where it is asked for, and an error where a command is missing", async () => {
  for (const words of ["--help", "-h", "help"]) {
    const { code, output } = await run(words);
    expect(code).toBe(0);
    for (const { name, summary } of commands) expect(output).toMatch(new RegExp(`${name}.*${summary}`));
  }
  expect(await run("")).toMatchObject({ code: 2, output: "" });
  expect((await run("")).errors).toContain("countersign <command> [options]");
  expect(await run("user")).toMatchObject({ code: 2, output: "" });
  expect((await run("user --help")).output).toContain("user list");
  expect((await run("user --help")).output).not.toContain("sessions list");
});

test.each(commands)(
  "countersign $name --help tells of it and of each of its options, and opens no database",
  async (command) => {
    for (const words of [`${command.name} --help`, `${command.name} -h`]) {
      const { code, output, errors } = await run(words);
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      expect(output).toContain(command.summary);
      for (const name of [...Object.keys(command.options), "database", "json"]) expect(output).toContain(`--${name}`);
      for (const line of output.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
    }
  },
);

test.each([
  ["usr list", `There is no command "usr list". Did you mean "user list"?`],
  ["user crate ann", `There is no command "user crate". Did you mean "user create"?`],
  ["users", `There is no command "users". Did you mean "user"?`],
  ["frobnicate", `There is no command "frobnicate". See countersign --help.`],
  ["--limit 1 user list", "The command comes first: countersign user create --limit."],
  ["user list --serach x", `"countersign user list" has no option --serach. Did you mean --search?`],
  ["user list -x", `"countersign user list" has no option -x. See countersign user list --help.`],
  ["user list --search", "--search needs a value: --search <part>."],
  ["user list --search --limit", "--search needs a value: --search <part>."],
  ["user list --json=yes", "--json takes no value."],
  ["user list --inactive --inactive", "--inactive is there twice. Write it once."],
  ["user list --limit 0", "--limit: write a whole number from 1 to 10000."],
  ["user list --limit 1e3", "--limit: write a whole number from 1 to 10000."],
  ["user list all", `"all" is too much: countersign user list.`],
  ["user promote", "Something is missing: countersign user promote <user>."],
  ["user promote ann bob", `"bob" is too much: countersign user promote <user>.`],
  ["user create ann --verified", "--verified is about an address: write --email <address> too."],
  ["sessions revoke", "Say which: the ids of sessions, or --user <user>, or --provider <name>, or --all. One of them."],
  [
    "sessions revoke one --all --yes",
    "Say which: the ids of sessions, or --user <user>, or --provider <name>, or --all. One of them.",
  ],
  [
    "sessions revoke --provider works --user ann",
    "Say which: the ids of sessions, or --user <user>, or --provider <name>, or --all. One of them.",
  ],
  ["sessions revoke --all", "--all signs everybody out. Add --yes if that is meant."],
  ["user list", "Which database? Set DATABASE_URL to what the server has, or write --database sqlite:./path.db."],
  ["user list --__proto__", `"countersign user list" has no option --__proto__. See countersign user list --help.`],
])("countersign %s: %s", async (words, cure) => {
  expect(await run(words)).toEqual({ code: 2, output: "", errors: `${cure}\n` });
});

test.each(["--password", "--pass", "-p", "--password=secret", "--passwd"])(
  "a password is never an argument: %s is refused, and says why",
  async (option) => {
    const { code, errors } = await run(`user create ann ${option} secret`);
    expect(code).toBe(2);
    expect(errors).toContain("a password is never an argument");
    expect(errors).not.toContain("secret");
  },
);

test("with --json an error is JSON too", async () => {
  const { code, output, errors } = await run("user list --limit x --json");
  expect({ code, output }).toEqual({ code: 2, output: "" });
  expect(JSON.parse(errors)).toEqual({ error: "--limit: write a whole number from 1 to 10000.", exitCode: 2 });
});

test("a wrong setting is told by its name, and not by its value", async () => {
  const { code, errors } = await run("user list", { DATABASE_URL: "sqlite:./none.db", LEASE_SECONDS: "hidden" });
  expect(code).toBe(2);
  expect(errors).toMatch(/^LEASE_SECONDS: .*whole number/);
  expect(errors).not.toContain("hidden");
});

test("an empty variable is one that is not set", async () => {
  expect((await run("user list", { DATABASE_URL: "" })).errors).toContain("Which database?");
});

test("a database that is not there, not reached or not named rightly is told without what is secret in its url", async () => {
  for (const [url, cure] of [
    ["sqlite:./no/such/file.db", /^There is no database at \/.*no\/such\/file\.db\. Correct the path/],
    ["postgres://ann:hidden@127.0.0.1:1/x", /127\.0\.0\.1:1/],
    ["mysql://ann:hidden@host/x", /mysql: is not supported|has mysql:/],
  ] as const) {
    const { code, output, errors } = await run("user list", { DATABASE_URL: url });
    expect({ code, output }, url).toEqual({ code: 4, output: "" });
    expect(errors).toMatch(cure);
    expect(errors).not.toContain("hidden");
  }
});

test("a password in --database is warned of, since others see it", async () => {
  const { code, errors } = await run("user list --database postgres://ann:hidden@127.0.0.1:1/x");
  expect(code).toBe(4);
  expect(errors).toContain("Others see the password in --database");
  expect(errors).not.toContain("hidden");
});

describeDatabases((dialect) => {
  test("an empty database is refused, and left as it is", async () => {
    await using place = await dialect.create();
    await (await openDatabase(place.url, { migrations: [] })).close();

    const { code, errors } = await run("user list", { DATABASE_URL: place.url });

    expect(code).toBe(4);
    expect(errors).toMatch(/^The database lacks the migration core\/0000_tables\. Run countersign db migrate, or/);
  });

  test("--database comes before DATABASE_URL", async () => {
    await using line = await openCommandLine(dialect);
    const { code, output } = await run(`user list --database ${line.url}`, { DATABASE_URL: "sqlite:./none.db" });
    expect({ code, output }).toEqual({ code: 0, output: "No accounts.\n" });
  });
});

test("a defect ends the command with its way there, and the database is closed", async () => {
  await using line = await openCommandLine(sqliteDialect);
  const broken = defineCommand({
    name: "break",
    summary: "Breaks.",
    options: {},
    async run({ open }) {
      await open();
      throw new TypeError("A defect.");
    },
  });
  const { terminal, said } = createFakeTerminal("", { DATABASE_URL: line.url });

  await expect(runCommandLine([broken], ["break"], terminal)).resolves.toBe(70);

  await new Promise((resolve) => setImmediate(resolve));
  expect(said.errors).toMatch(/TypeError: A defect\.\n {4}at .*run-command-line\.test\.ts/);
});
