import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";

import { openTestDatabase } from "../test/open-test-database.ts";

test("sqlite: the read on every call finds session and user by their unique indexes, and scans nothing", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  const read = "select * from sessions join users on users.id = sessions.user_id where sessions.token_hash = +?";

  const plan = await opened.db
    .prepare<{ detail: string }>("plan", { sqlite: `explain query plan ${read}`, postgres: "" })
    .all(["x"]);

  expect(plan.map(({ detail }) => detail)).toEqual([
    "SEARCH sessions USING INDEX sessions_token_hash_unique (token_hash=?)",
    "SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)",
  ]);
});
