import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import { nowhere, openTestAuth, testPassword } from "./test/open-auth.ts";

test("an instant that was set by hand and cannot be said is shown as none, and takes nobody's list, profile or sign-in away", async () => {
  await using app = await openTestAuth(postgresDialect);
  const [ann, bob, cid] = [await app.register("Ann"), await app.register("Bob"), await app.register("Cid")];
  const { users } = app.db.tables;
  const keep = (id: string, instant: string) =>
    app.db
      .update(users)
      .set({ createdAt: sql`${instant}::timestamptz`, lastLoginAt: sql`${instant}::timestamptz` })
      .where(eq(users.id, id));
  await keep(ann.id, "infinity");
  await keep(bob.id, "0044-03-15 BC");

  for (const order of ["createdAt", "-createdAt", "lastLoginAt", "-lastLoginAt", "username"] as const) {
    const page = await app.auth.admin.users.list({ order, limit: 10 });
    const shown = page?.rows.map(({ username, createdAt, lastLoginAt }) => [username, createdAt, lastLoginAt]);
    expect(shown).toHaveLength(3);
    expect(shown).toContainEqual(["Ann", null, null]);
    expect(shown).toContainEqual(["Bob", null, null]);
    expect(shown).toContainEqual(["Cid", expect.any(String), expect.any(String)]);
  }
  expect(await app.auth.admin.users.find(ann.id)).toMatchObject({ username: "Ann", createdAt: null });
  expect(await app.auth.accounts.profile(ann.id)).toMatchObject({ username: "Ann", createdAt: null });
  expect(await app.auth.accounts.profile(cid.id)).toMatchObject({ createdAt: expect.any(String) as string });
  const signedIn = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
  expect(signedIn.status).toBe("signed-in");
});
