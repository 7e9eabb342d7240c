import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { forUpdate } from "@countersign/db";

import { countWaiting } from "../test/row-locks.ts";
import { pageOf } from "../test/start-oidc-app.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";

const signedIn = "/auth/signed-in?to=%2F";

// On SQLite there is one writer, so that nothing is decided between a look and a lock.
describeDatabases((dialect) => {
  test.runIf(dialect.name === "postgres")(
    "a group that is removed while somebody whom a claim puts into it comes in keeps nobody out",
    async () => {
      await using world = await startGrouped(dialect);
      const { app } = world;
      const { groups } = app.db.tables;
      const isStaff = eq(groups.name, "staff");

      const { entering } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: groups.id }).from(groups).where(isStaff));
        const begun = world.enterAs(["works", "lab"]);
        await world.waiting(1);
        await tx.delete(groups).where(isStaff);
        return { entering: begun };
      });

      expect(pageOf((await entering).landing)).toBe(signedIn);
      expect(await world.groupsOfAnn()).toEqual(["lab"]);
    },
  );

  test.runIf(dialect.name === "postgres")(
    "a group that gets another name meanwhile is not the one that a claim names",
    async () => {
      await using world = await startGrouped(dialect);
      const { app } = world;
      const { groups } = app.db.tables;
      const isStaff = eq(groups.name, "staff");

      const { entering } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: groups.id }).from(groups).where(isStaff));
        const begun = world.enterAs(["works", "lab"]);
        await world.waiting(1);
        await tx.update(groups).set({ name: "admins" }).where(isStaff);
        return { entering: begun };
      });

      expect(pageOf((await entering).landing)).toBe(signedIn);
      expect(await world.groupsOfAnn()).toEqual(["lab"]);
    },
  );

  test.runIf(dialect.name === "postgres")(
    "a membership that somebody here decides on meanwhile is taken by no claim",
    async () => {
      await using world = await startGrouped(dialect);
      const { app } = world;
      await world.enterAs(["works"]);
      expect(await world.groupsOfAnn()).toEqual(["staff"]);
      const { groups, identityGroups, users } = app.db.tables;
      const { id } = await world.userOf("ann");

      const { entering } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: groups.id }).from(groups).where(eq(groups.name, "staff")));
        const begun = world.enterAs([]);
        await world.waiting(1);
        // What `changeMemberships` does for who is a member already.
        await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, id)));
        await tx.delete(identityGroups);
        return { entering: begun };
      });

      expect(pageOf((await entering).landing)).toBe(signedIn);
      expect(await world.groupsOfAnn()).toEqual(["staff"]);
    },
  );

  test.runIf(dialect.name === "postgres")(
    "of two sign-ins at once that are told different groups, those of one hold, and not those of both",
    async () => {
      await using world = await startGrouped(dialect);
      const { app } = world;
      await world.enterAs([]);
      const { users } = app.db.tables;
      const { id } = await world.userOf("ann");

      const both = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, id)));
        const first = world.enterAs(["works"]);
        await world.waiting(1);
        const second = world.enterAs(["lab"]);
        await world.waiting(2);
        return [first, second];
      });

      for (const entering of both) expect(pageOf((await entering).landing)).toBe(signedIn);
      expect(await world.groupsOfAnn()).toHaveLength(1);
    },
  );

  test.runIf(dialect.name === "postgres")(
    "a group is removed, and a provider disconnected that gave it, at the same moment",
    async () => {
      await using world = await startGrouped(dialect);
      const { app } = world;
      const { cookie } = await world.enterAs(["works"]);
      const { users } = app.db.tables;
      // So that the provider is not the last way in.
      await app.db.update(users).set({ passwordHash: "of a password" });
      const [identity] = await world.identities();
      const turn = Promise.withResolvers<void>();
      const removed = turn.promise.then(() => app.auth.rights.removeGroup("staff"));

      const { disconnecting } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: users.id }).from(users));
        const begun = app.http("account.identities.unlink", { cookie, input: { id: identity?.id } });
        await world.waiting(1);
        turn.resolve();
        await world.waiting(2);
        return { disconnecting: begun };
      });

      expect((await disconnecting).status).toBe(200);
      expect(await removed).toBe(true);
      expect(await world.groupsOfAnn()).toEqual([]);
    },
  );
});

/** Ann, whose provider says which groups she is in. */
async function startGrouped(dialect: TestDialect) {
  const world = await startOidcWorld(dialect, {
    provider: { groupsClaim: "groups", groups: { works: "staff", lab: "lab" } },
  });
  const { app, idp } = world;
  for (const name of ["staff", "lab"]) await app.auth.rights.setGroup(name, []);
  const { groupMembers, groups } = app.db.tables;
  return {
    ...world,
    enterAs(said: readonly string[]) {
      idp.claims({ groups: said });
      return world.enter("ann");
    },
    async groupsOfAnn() {
      const { id } = await world.userOf("ann");
      const held = await app.db
        .select({ name: groups.name })
        .from(groupMembers)
        .innerJoin(groups, eq(groups.id, groupMembers.groupId))
        .where(eq(groupMembers.userId, id));
      return held.map(({ name }) => name).toSorted();
    },
    waiting: (count: number) =>
      vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(count), { timeout: 5000 }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
