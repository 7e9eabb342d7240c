import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect } from "@app/services/databases";
import type { Finding, Symptom } from "@countersign/ops";

import { openCommandLine } from "../test/open-command-line.ts";

const sound = { PUBLIC_URL: "https://app.example.com", TRUST_PROXY: "loopback", MAIL: "off", SIGN_UP: "false" };

interface Report {
  readonly findings: readonly Finding[];
  readonly ignored: readonly Finding[];
}

describeDatabases((dialect) => {
  test("audit ends with 0, 6 or 5 for nothing, warnings or errors, and says the same to people and to programs", async () => {
    // The tests' PostgreSQL does not wait for its disk. Their SQLite files lie in a folder for temporary ones.
    const accepted = { ...sound, AUDIT_IGNORE: "durability,database-temporary" };
    await using fine = await openCommandLine(dialect, accepted);
    await using doubtful = await openCommandLine(dialect, { ...accepted, REQUIRE_ORIGIN: "false" });
    await using wrong = await openCommandLine(dialect, { ...accepted, TRUST_PROXY: "0.0.0.0/0" });

    const [nothing, warned, refused] = [await fine.run("audit"), await doubtful.run("audit"), await wrong.run("audit")];

    expect([nothing.code, warned.code, refused.code]).toEqual([0, 6, 5]);
    expect(nothing.output).toMatch(
      /^accepted .*\((?:durability|database-temporary)\)\n0 errors, 0 warnings, \d notices?\.\n$/m,
    );
    expect(warned.output).toMatch(/^warning {2}REQUIRE_ORIGIN: .*\(origin-not-required\)$/m);
    expect(refused.output).toMatch(/^error {4}TRUST_PROXY: .*\(proxy-trusts-everyone\)$/m);
    const { code, output } = await wrong.run("audit --json");
    expect(code).toBe(5);
    expect((JSON.parse(output) as Report).findings[0]).toMatchObject({
      id: "proxy-trusts-everyone",
      severity: "error",
      setting: "TRUST_PROXY",
    });
  });
});

test("audit tells all variables that are wrong, without their values", async () => {
  await using line = await openCommandLine(sqliteDialect, { ...sound, PORT: "hidden", LEASE_SECONDS: "hidden" });
  const { code, output } = await line.run("audit");
  expect(code).toBe(5);
  expect(output).toMatch(/PORT: .*\(variable-wrong\)/);
  expect(output).toMatch(/LEASE_SECONDS: .*\(variable-wrong\)/);
  expect(output).not.toContain("hidden");
});

test("audit judges what is named by DATABASE_URL_FILE, as the server does, and so do the other commands", async () => {
  await using line = await openCommandLine(sqliteDialect, sound);
  const folder = mkdtempSync(join(tmpdir(), "countersign-secret-"));
  writeFileSync(join(folder, "url"), `${line.url}\n`);
  await using byFile = await openCommandLine(sqliteDialect, {
    ...sound,
    DATABASE_URL: "",
    DATABASE_URL_FILE: join(folder, "url"),
  });

  const report = await byFile.run("audit --json");
  expect((JSON.parse(report.output) as Report).findings.map(({ id }) => id)).not.toContain("database-unreachable");
  expect((await byFile.run("user list")).code).toBe(0);
  rmSync(folder, { recursive: true });
  expect(await byFile.run("user list")).toMatchObject({
    code: 2,
    errors: expect.stringContaining("DATABASE_URL_FILE") as string,
  });
});

test("audit judges the database that --database names, instead of the environment's", async () => {
  await using line = await openCommandLine(sqliteDialect, { ...sound, DATABASE_URL: "postgres://app@127.0.0.1:1/app" });
  const idsOf = async (words: string) => {
    const { output } = await line.run(`${words} --json`);
    return (JSON.parse(output) as Report).findings.map(({ id }) => id);
  };
  expect(await idsOf("audit")).toContain("database-unreachable");
  expect(await idsOf(`audit --database ${line.url}`)).not.toContain("database-unreachable");
});

test("doctor ends with 5 and the cure where nobody answers, for people and for programs", async () => {
  await using line = await openCommandLine(sqliteDialect);
  const said = await line.run("doctor --url http://127.0.0.1:1");
  expect(said.code).toBe(5);
  expect(said.output).toMatch(/^error {4}http:\/\/127\.0\.0\.1:1 does not answer \(ECONNREFUSED\)\. .*\(reachable\)$/m);

  const { output } = await line.run("doctor --url http://127.0.0.1:1 --json");
  const { url, symptoms } = JSON.parse(output) as { url: string; symptoms: Symptom[] };
  expect(url).toBe("http://127.0.0.1:1");
  expect(symptoms[0]).toMatchObject({ id: "reachable", status: "error" });
});

test("doctor asks for an address, and refuses what is none", async () => {
  await using line = await openCommandLine(sqliteDialect);
  expect(await line.run("doctor")).toMatchObject({ code: 2, errors: expect.stringContaining("--url") as string });
  for (const words of [
    "--url app.example.com",
    "--url https://app.example.com/x",
    "--url ftp://a",
    "--url http://a --idle 3601",
  ]) {
    expect((await line.run(`doctor ${words}`)).code, words).toBe(2);
  }
});
