import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect } from "@app/services/databases";

import { coreMigrations, openDatabase } from "./index.ts";

describeDatabases((dialect) => {
  test("REL-01, REL-02: a process killed while it writes loses nothing it acknowledged, and leaves nothing half", async () => {
    await using place = await dialect.create();
    await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
    const acknowledged: string[] = [];

    for (let round = 0; round < 3; round += 1)
      acknowledged.push(...(await writeUntilKilled(place.url, `round-${round}`)));

    await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
    const { users, userPermissions } = db.tables;
    const found = new Set((await db.select({ id: users.id }).from(users)).map(({ id }) => id));
    expect(acknowledged.length).toBeGreaterThanOrEqual(3 * 19);
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(await db.$count(userPermissions)).toBe(found.size * permissionsEach);
    // At most one commit of each round happened without its acknowledgement having come through.
    expect(found.size - acknowledged.length).toBeLessThanOrEqual(3);
  });
});

test("sqlite: the file of a killed process is whole", async () => {
  await using place = await sqliteDialect.create();
  await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
  await writeUntilKilled(place.url, "round");

  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  const check = db.prepare("check", { sqlite: "select * from pragma_integrity_check", postgres: "" });

  expect(await check.all([])).toEqual([{ integrity_check: "ok" }]);
});

const permissionsEach = 5;

/** Another process that writes a user and some permissions per transaction. Answers with those it said were committed. */
async function writeUntilKilled(url: string, prefix: string): Promise<string[]> {
  const script = `
    import { writeSync } from "node:fs";
    import { openDatabase } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
    const db = await openDatabase(process.argv[1], { migrations: [] });
    for (let number = 0; ; number += 1) {
      const id = process.argv[2] + "-" + number;
      await db.transaction(async (tx) => {
        await tx.insert(tx.tables.users).values({ id, username: id, usernameKey: id, createdAt: new Date() });
        for (let each = 0; each < ${permissionsEach}; each += 1) {
          await tx.insert(tx.tables.userPermissions).values({ userId: id, permission: "p." + each });
        }
      });
      writeSync(1, id + "\\n");
    }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, url, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "close");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (said.split("\n").length < 20) await once(child.stdout, "data");
  await pause(Math.random() * 30);
  child.kill("SIGKILL");
  await exit;
  // The last line may have been cut.
  return said.split("\n").slice(0, -1);
}
