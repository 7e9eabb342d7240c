import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { coreMigrations, openDatabase, UniqueViolation } from "./index.ts";

describeDatabases((dialect) => {
  test("what was written is read back", async () => {
    await using place = await dialect.create();
    await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
    const { users } = db.tables;
    await db.insert(users).values({ id: "a", username: "Ann", usernameKey: "ann", createdAt: new Date(5) });
    await db.transaction(async (tx) => {
      await tx.update(users).set({ firstName: "Ann" }).where(eq(users.id, "a"));
    });
    expect(await db.select().from(users)).toMatchObject([
      { id: "a", firstName: "Ann", isActive: true, version: 2, createdAt: new Date(5) },
    ]);
    await expect(
      db.insert(users).values({ id: "b", username: "Ann", usernameKey: "ann", createdAt: new Date(5) }),
    ).rejects.toThrow(UniqueViolation);
  });
});
