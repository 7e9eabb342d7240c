import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";

import { createAuth } from "./create-auth.ts";
import { borrowDatabase } from "./test/borrow-database.ts";
import { createTestMailer } from "./test/mailer.ts";

test("who sends mails must say where their links lead", async () => {
  await using borrowed = await borrowDatabase(sqliteDialect);
  const options = { db: borrowed.db, bus: createMemoryBus(), settings: defaultSettings, permissions: [] };

  expect(() => createAuth({ ...options, mailer: createTestMailer() })).toThrow("publicUrl");
  expect(() => createAuth(options)).not.toThrow();
});
