import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import { toSnapshot } from "./session/snapshot.ts";
import { hashToken } from "./session/token.ts";
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

test("a session whose end is no instant is over: refused, in nobody's list, and removed; the user's others are not touched", async () => {
  await using app = await openTestAuth(postgresDialect);
  const ann = await app.register("Ann");
  const { sessions } = app.db.tables;
  const signIn = async () => {
    const result = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
    if (result.status !== "signed-in") throw new Error("Ann cannot sign in.");
    const tokenHash = hashToken(result.token) ?? "";
    const principal = await app.auth.sessions.validate(tokenHash);
    return { tokenHash, id: principal?.session.id ?? "" };
  };
  const kept = await signIn();
  const limits = ["expiresAt", "absoluteExpiresAt"] as const;
  for (const limit of limits) {
    for (const instant of ["infinity", "-infinity", "20000-01-01 00:00+00", "0044-03-15 BC"]) {
      const { tokenHash, id } = await signIn();
      expect(await app.auth.sessions.validate(tokenHash)).not.toBeNull();
      await app.db
        .update(sessions)
        .set({ [limit]: sql`${instant}::timestamptz` })
        .where(eq(sessions.id, id));

      expect(await app.auth.sessions.validate(tokenHash)).toBeNull();
      expect(await app.auth.sessions.explainToken(tokenHash)).toBe("expired");
      expect((await app.auth.sessions.list(ann.id)).map((session) => session.id)).not.toContain(id);
      const page = await app.auth.admin.sessions.list({ order: "-createdAt", limit: 50 });
      const listed = page?.rows.map((row) => row.id);
      expect(listed).not.toContain(id);
      expect(listed).toContain(kept.id);
      await app.auth.sessions.prune();
      expect(await app.db.$count(sessions, eq(sessions.id, id))).toBe(0);
    }
  }
  expect(await app.auth.sessions.validate(kept.tokenHash)).toMatchObject({ session: { id: kept.id } });
});

test("other instants of a session that cannot be said are shown as none, and are no fresh sign-in", async () => {
  await using app = await openTestAuth(postgresDialect);
  const ann = await app.register("Ann");
  const result = await app.auth.accounts.login({ login: "Ann", password: testPassword }, nowhere);
  if (result.status !== "signed-in") throw new Error("Ann cannot sign in.");
  const tokenHash = hashToken(result.token) ?? "";
  const never = sql`'infinity'::timestamptz`;
  await app.db.update(app.db.tables.sessions).set({ createdAt: never, lastUsedAt: never, authenticatedAt: never });

  const last = sql`'275760-09-12 23:59:00+00'::timestamptz`;
  for (const authenticatedAt of [never, last]) {
    await app.db.update(app.db.tables.sessions).set({ authenticatedAt });
    const principal = await app.auth.sessions.validate(tokenHash);
    expect(principal?.session.authenticatedAt.getTime()).toBe(0);
    expect(principal && toSnapshot(principal, { freshSeconds: 300 })).toMatchObject({
      authenticatedAt: "1970-01-01T00:00:00.000Z",
      freshUntil: "1970-01-01T00:05:00.000Z",
    });
  }
  for (const order of ["createdAt", "-createdAt", "lastUsedAt", "-lastUsedAt"] as const) {
    const page = await app.auth.admin.sessions.list({ order, limit: 10 });
    expect(page?.rows).toContainEqual(
      expect.objectContaining({
        userId: ann.id,
        createdAt: null,
        lastUsedAt: null,
        expiresAt: expect.any(String) as string,
      }),
    );
  }
});

test("a group whose instant cannot be said is listed without it", async () => {
  await using app = await openTestAuth(postgresDialect);
  const { groups } = app.db.tables;
  const createdAt = sql`'infinity'::timestamptz`;
  await app.db.insert(groups).values({ id: "readers", name: "Readers", createdAt });
  const page = await app.auth.admin.groups.list({ limit: 10 });
  expect(page?.rows).toMatchObject([{ name: "Readers", createdAt: null }]);
});

test("a way in by a provider whose instants cannot be said is listed without them, beside the others", async () => {
  await using app = await openTestAuth(postgresDialect);
  const [ann, bob] = [await app.register("Ann"), await app.register("Bob")];
  const { identities } = app.db.tables;
  const made = { provider: "works", issuer: "https://id.example.com", createdAt: new Date(0) };
  await app.db.insert(identities).values([
    { ...made, id: "one", userId: ann.id, subject: "one" },
    { ...made, id: "two", userId: ann.id, subject: "two" },
    { ...made, id: "bob", userId: bob.id, subject: "bob" },
  ]);
  for (const instant of ["infinity", "-infinity", "0044-03-15 BC"]) {
    const at = sql`${instant}::timestamptz`;
    await app.db.update(identities).set({ createdAt: at, lastUsedAt: at }).where(eq(identities.id, "one"));
    for (const list of [
      await app.auth.oidc.identities(ann.id),
      (await app.auth.admin.users.find(ann.id))?.identities,
    ]) {
      const shown = list?.map(({ id, createdAt, lastUsedAt }) => [id, createdAt, lastUsedAt]);
      expect(shown?.toSorted()).toEqual([
        ["one", null, null],
        ["two", "1970-01-01T00:00:00.000Z", null],
      ]);
    }
  }
  expect(await app.auth.oidc.identities(bob.id)).toMatchObject([{ id: "bob", lastUsedAt: null }]);
});
