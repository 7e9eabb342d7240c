import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import type { Claims } from "@countersign/auth";
import { forUpdate } from "@countersign/db";

import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider } from "../identity-provider/sign-in-with.ts";
import { countWaiting } from "../test/row-locks.ts";
import { errorOf, pageOf, startVisit } from "../test/start-oidc-app.ts";
import { localPassword as password, startOidcWorld } from "../test/start-oidc-world.ts";

const signedIn = "/auth/signed-in?to=%2F";

describeDatabases((dialect) => {
  test("nothing is connected for whose session has ended, or who was switched off, while the provider was asked", async () => {
    for (const what of ["session ended", "switched off", "nothing"] as const) {
      await using world = await startInterrupted(dialect);
      const { app } = world;
      const anna = await world.register("anna", "anna@example.com");
      const browser = openPlainBrowser();
      await browser.mutate(app.url, "auth.login", { login: "anna", password });
      const { sessions, users } = app.db.tables;
      world.whileAsked(async () => {
        if (what === "session ended") await app.db.delete(sessions).where(eq(sessions.userId, anna));
        if (what === "switched off") await app.db.update(users).set({ isActive: false }).where(eq(users.id, anna));
      });

      const { landing } = await world.enter("ann", { browser, start: { purpose: "link" } });

      const isKept = what === "nothing";
      expect([what, errorOf(landing)]).toEqual([what, isKept ? null : "expired"]);
      expect(await world.identities()).toHaveLength(isKept ? 1 : 0);
    }
  });

  test("a session is not made fresh for who was switched off while the provider was asked", async () => {
    for (const isActive of [false, true]) {
      await using world = await startInterrupted(dialect);
      const { app } = world;
      const { browser } = await world.enter("ann");
      const { sessions, users } = app.db.tables;
      const long = new Date(Date.now() - 86_400_000);
      await app.db.update(sessions).set({ authenticatedAt: long });
      const [before] = await app.db.select().from(sessions);
      world.whileAsked(async () => void (await app.db.update(users).set({ isActive })));

      const { landing } = await world.enter("ann", { browser, start: { purpose: "step-up" } });

      expect([isActive, errorOf(landing)]).toEqual([isActive, isActive ? null : "expired"]);
      const [after] = await app.db.select().from(sessions);
      expect(after?.tokenHash === before?.tokenHash).toBe(!isActive);
      expect(after?.authenticatedAt.getTime() === long.getTime()).toBe(!isActive);
    }
  });

  test("OID-29: of an inactive user's sign-in nothing is left: no session, no time of it", async () => {
    await using world = await startInterrupted(dialect);
    const { app } = world;
    await world.enter("ann");
    await world.enter("bob");
    const { sessions, users } = app.db.tables;
    await app.db.delete(sessions);
    const long = new Date(0);
    await app.db.update(users).set({ lastLoginAt: long });
    const ann = await world.userOf("ann");
    world.whileAsked(
      async () => void (await app.db.update(users).set({ isActive: false }).where(eq(users.id, ann.id))),
    );

    expect(errorOf((await world.enter("ann")).landing)).toBe("refused");
    expect(await app.db.select().from(sessions)).toEqual([]);
    expect((await world.userOf("ann")).lastLoginAt).toEqual(long);

    expect(pageOf((await world.enter("bob")).landing)).toBe(signedIn);
    expect(await app.db.$count(sessions)).toBe(1);
    expect((await world.userOf("bob")).lastLoginAt).not.toEqual(long);
  });

  test("a right password connects nothing where it, the address or the account was changed before that was written down", async () => {
    const changes = [
      ["password", { passwordHash: "$argon2id$another" }],
      ["address", { email: "other@example.com", emailKey: "other@example.com" }],
      ["confirmation", { emailVerifiedAt: null }],
      ["account", { isActive: false }],
      ["nothing", { firstName: "Ann" }],
    ] as const;
    for (const [what, change] of changes) {
      await using world = await startInterrupted(dialect);
      const { app } = world;
      const anna = await world.register("anna", "ann@example.com", { isVerified: true });
      await app.db.delete(app.db.tables.sessions);
      const ann = await world.enter("ann");
      const id = new URL(ann.landing.url).searchParams.get("t");
      const changed = await world.afterPassword(anna, change);

      const confirmed = ann.browser.mutate(app.url, "auth.oidc.confirm", { id, password });
      const outcome = await confirmed.then(
        () => "connected",
        (error: unknown) => (String(error).includes("SIGN_IN_LINK_INVALID") ? "refused" : String(error)),
      );

      await changed();
      expect([what, outcome]).toEqual([what, what === "nothing" ? "connected" : "refused"]);
      expect(await world.identities()).toHaveLength(what === "nothing" ? 1 : 0);
      expect(await app.db.$count(app.db.tables.sessions)).toBe(what === "nothing" ? 1 : 0);
    }
  });

  test("a sign-in beside the disconnecting of its identity leaves nobody in by it", async () => {
    const people = ["p0", "p1", "p2", "p3"];
    await using world = await startInterrupted(dialect, people);
    const { app, idp } = world;
    await world.register("anna", "anna@example.com");
    const owner = openPlainBrowser();
    await owner.mutate(app.url, "auth.login", { login: "anna", password });
    for (const [round, name] of people.entries()) {
      owner.forget(idp.issuer);
      await world.enter(name, { browser: owner, start: { purpose: "link" } });
      const identity = (await world.identities()).find(({ subject }) => subject === name);
      const browser = openPlainBrowser();
      const callback = await signInAtProvider(idp, name, { url: await startVisit(app, browser), browser });
      const unlink = () => owner.mutate(app.url, "account.identities.unlink", { id: identity?.id });

      // Either may be first: the answer is taken while the other is under way, or just before it.
      const gate = Promise.withResolvers<void>();
      world.whileAsked(() => gate.promise);
      const arriving = browser.visit(callback);
      const unlinking = round % 2 === 0 ? unlink() : null;
      gate.resolve();
      await Promise.all([arriving, unlinking ?? unlink()]);
      world.whileAsked(async () => {});

      expect((await world.identities()).filter(({ id }) => id === identity?.id)).toEqual([]);
      expect(await world.who(browser.cookie(app.url) ?? "")).not.toBe("anna");
      expect(await world.who(owner.cookie(app.url) ?? "")).toBe("anna");
    }
  });

  test.runIf(dialect.name === "postgres")(
    "a sign-in that waits for an identity to be taken away finds that it is gone",
    async () => {
      await using world = await startInterrupted(dialect);
      const { app } = world;
      await world.enter("ann");
      const { identities, sessions, users } = app.db.tables;
      await app.db.delete(sessions);
      const { id } = await world.userOf("ann");

      const { entering } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, id)));
        const begun = world.enter("ann");
        await vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(1));
        await tx.delete(identities);
        return { entering: begun };
      });

      expect(errorOf((await entering).landing)).toBe("failed");
      expect(await app.db.$count(sessions)).toBe(0);
      await app.auth.audit.flush();
      const [refused] = await app.auth.audit.list({ limit: 1, action: "auth.oidc" });
      expect(refused).toMatchObject({ outcome: "refused", reason: "identity_gone" });
    },
  );

  test.runIf(dialect.name === "postgres")(
    "a sign-in, and a sign-out of the session before in another tab, do not wait for each other over what is kept for the browser",
    async () => {
      await using world = await startOidcWorld(dialect, {
        settings: { VISITOR_DATA: true, KEEP_AT_SIGN_OUT: ["theme"] },
      });
      const { app } = world;
      await world.enter("ann");
      const { sessionData: kept, sessions, visitors } = app.db.tables;
      const [session] = await app.db.select().from(sessions);
      const { id = "", tokenHash = "", userId = "" } = session ?? {};
      await app.db.insert(kept).values({ sessionId: id, key: "theme", value: "dark", updatedAt: new Date() });
      const principal = await app.auth.sessions.validate(tokenHash);
      await app.db.transaction((tx) => app.auth.sessionData.createVisitor(tx));
      const [visitor] = await app.db.select().from(visitors);
      const visitorHash = visitor?.tokenHash ?? null;
      const turns = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const entering = turns[0].promise.then(() =>
        app.db.transaction(async (tx) => {
          const data = await app.auth.sessionData.takeOver(tx, { presented: principal, visitorHash, userId });
          const rotated = await app.auth.sessions.rotate(tx, id);
          return { theme: data.get("theme"), hasRotated: rotated !== null };
        }),
      );
      const leaving = turns[1].promise.then(() => app.auth.sessionData.keepAtSignOut(tokenHash, visitorHash));

      await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: visitors.id }).from(visitors));
        for (const [at, turn] of turns.entries()) {
          turn.resolve();
          await vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(at + 1), { timeout: 5000 });
        }
      });

      expect(await entering).toEqual({ theme: "dark", hasRotated: true });
      expect(await leaving).not.toBeUndefined();
    },
  );
});

/** An app in which something happens while somebody is on the way in. */
async function startInterrupted(dialect: TestDialect, people: readonly string[] = ["ann", "bob"]) {
  let whileAsked = async () => {};
  let onClaims = () => {};
  const world = await startOidcWorld(dialect, {
    settings: { EMAIL_VERIFICATION: "optional" },
    idp: { users: people.map((name) => ({ name })) },
    provider: {
      async allow() {
        await whileAsked();
        return true;
      },
      mapClaims(claims: Claims) {
        onClaims();
        return { username: claims.sub, email: String(claims["email"]), isEmailVerified: true };
      },
    },
  });
  const { app } = world;
  const { users } = app.db.tables;
  return {
    ...world,
    /** Once the provider has answered, and before anything is written down. */
    whileAsked(interrupt: () => Promise<void>) {
      whileAsked = interrupt;
    },
    /**
     * Changes the user once the password was found right, which is when the claims are read, and before anything is written on
     * that authority: on SQLite by getting the turn to write first, on PostgreSQL by holding the row. To be awaited at the end.
     */
    async afterPassword(userId: string, change: Partial<typeof users.$inferInsert>): Promise<() => Promise<void>> {
      const read = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const isUser = eq(users.id, userId);
      const write = () =>
        app.db.transaction(async (tx) => {
          if (dialect.name === "postgres") await forUpdate(tx, tx.select({ id: users.id }).from(users).where(isUser));
          held.resolve();
          if (dialect.name === "postgres") await read.promise;
          await tx.update(users).set(change).where(isUser);
        });
      let written: Promise<void> | null = dialect.name === "postgres" ? write() : null;
      onClaims = () => {
        written ??= write();
        read.resolve();
      };
      if (written !== null) await held.promise;
      return async () => {
        expect(written).not.toBeNull();
        await written;
      };
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
