import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { type Database, forUpdate } from "@countersign/db";

import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider } from "../identity-provider/sign-in-with.ts";
import { countWaiting } from "../test/row-locks.ts";
import { errorOf, pageOf, startVisit } from "../test/start-oidc-app.ts";
import { localPassword as password, type OidcWorld, startOidcWorld } from "../test/start-oidc-world.ts";

const withoutAddress = {
  settings: { EMAIL_REQUIRED: true },
  idp: {
    users: [
      { name: "ann", email: null },
      { name: "bob", email: null },
    ],
  },
};

describeDatabases((dialect) => {
  test("a logout token with a session's name ends those of the person whose ID token named none, and nobody else's", async () => {
    await using world = await startOidcWorld(dialect);
    const { idp } = world;
    const named = await world.enter("ann");
    idp.claims({ sid: undefined });
    const [ann, bob] = [await world.enter("ann"), await world.enter("bob")];
    const token = await idp.forgeLogoutToken("ann", { sid: "another session" });

    expect((await world.tellOfLogout(token)).status).toBe(200);

    expect([await world.who(ann.cookie), await world.who(bob.cookie)]).toEqual([null, "bob"]);
    // Its own name is known, and was not said.
    expect(await world.who(named.cookie)).toBe("ann");
    // A session alone, without a person, says nothing of those without a name.
    const later = await world.enter("ann");
    await world.tellOfLogout(await idp.forgeLogoutToken("ann", { sub: undefined }));
    expect(await world.who(later.cookie)).toBe("ann");
  });

  test("a provider that was given another name ends the sessions of before, and one beside it does not", async () => {
    await using world = await startOidcWorld(dialect);
    const { app, idp } = world;
    const [ann, bob] = [await world.enter("ann"), await world.enter("bob")];
    const { providerSessions } = app.db.tables;
    await app.db.update(providerSessions).set({ provider: "before" });

    await world.tellOfLogout(await idp.forgeLogoutToken("ann", { sid: undefined }));

    expect([await world.who(ann.cookie), await world.who(bob.cookie)]).toEqual([null, "bob"]);

    const other = { name: "other", issuer: idp.issuer, clientId: "another-client" };
    await using beside = await startOidcWorld(dialect, { others: [other] });
    const cid = await beside.enter("ann");
    await beside.app.db.update(beside.app.db.tables.providerSessions).set({ provider: "other" });
    await beside.tellOfLogout(await beside.idp.forgeLogoutToken("ann", { sid: undefined }));
    expect(await beside.who(cid.cookie)).toBe("ann");
  });

  test("whoever is signed out at the provider while something is still asked does not come in", async () => {
    for (const changes of [{}, { sid: undefined }, { sub: undefined }]) {
      await using world = await startOidcWorld(dialect, withoutAddress);
      const [ann, bob] = [await world.enter("ann"), await world.enter("bob")];
      // Her session there was named when she came back.
      expect((await world.tellOfLogout(await world.idp.forgeLogoutToken("ann", changes))).status).toBe(200);

      await expect(complete(world, ann)).rejects.toThrow("SIGN_IN_LINK_INVALID");
      expect(await world.who(ann.browser.cookie(world.app.url) ?? "")).toBeNull();
      expect(await complete(world, bob)).toMatchObject({ next: "signed_in" });
      // Whoever signs in there anew comes in.
      const again = await world.enter("ann");
      expect(await complete(world, again)).toMatchObject({ next: "signed_in" });
    }
  });

  test("nor where the provider said so while the browser was on its way back", async () => {
    for (const changes of [{}, { sid: undefined }, { sub: undefined }]) {
      let aheadMs = 0;
      await using world = await startOidcWorld(dialect, { clock: { now: () => Date.now() + aheadMs } });
      const { app, idp } = world;
      const browser = openPlainBrowser();
      const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
      const bob = await signInAtProvider(idp, "bob", {
        url: await startVisit(app, browser),
        browser: openPlainBrowser(),
      });
      expect((await world.tellOfLogout(await idp.forgeLogoutToken("ann", changes))).status).toBe(200);
      aheadMs = 5000;

      expect(errorOf(await browser.visit(callback))).toBe("expired");
      expect(await world.who(browser.cookie(app.url) ?? "")).toBeNull();
      expect(pageOf(await browser.visit(bob))).toBe("/auth/signed-in?to=%2F");
      expect(await world.who((await world.enter("ann")).cookie)).toBe("ann");
    }
  });

  test("a session that has ended there opens nothing for an hour, by whichever clock it was heard", async () => {
    let aheadMs = 0;
    await using world = await startOidcWorld(dialect, { clock: { now: () => Date.now() + aheadMs } });
    const { app, idp } = world;
    const browser = openPlainBrowser();
    await world.enter("ann", { browser });
    expect((await world.tellOfLogout(await idp.forgeLogoutToken("ann", { sub: undefined }))).status).toBe(200);
    // Another server, whose clock is ahead.
    aheadMs = 30_000;
    const again = await world.enter("ann", { browser });
    expect(errorOf(again.landing)).toBe("expired");
    expect(await world.who(browser.cookie(app.url) ?? "")).toBeNull();
    expect(await world.who((await world.enter("ann")).cookie)).toBe("ann");
  });

  test("nor where the password of the account with the same address is asked for", async () => {
    await using world = await startOidcWorld(dialect, { settings: { EMAIL_VERIFICATION: "optional" } });
    await world.register("anna", "ann@example.com", { isVerified: true });
    const ann = await world.enter("ann");
    await world.tellOfLogout(await world.idp.forgeLogoutToken("ann"));
    const confirm = () =>
      ann.browser.mutate(world.app.url, "auth.oidc.confirm", { id: idOf(ann.landing.url), password });
    await expect(confirm()).rejects.toThrow("SIGN_IN_LINK_INVALID");
    expect(await world.identities()).toEqual([]);
  });

  test("nor after the answer was taken and before the session is there, however closely the two meet", async () => {
    const meeting: { reached: PromiseWithResolvers<void>; go: Promise<unknown> } = {
      reached: Promise.withResolvers(),
      go: Promise.resolve(),
    };
    const allow = async () => {
      meeting.reached.resolve();
      await meeting.go;
      return true;
    };
    await using world = await startOidcWorld(dialect, { provider: { allow } });
    const { app, idp } = world;
    await world.enter("ann");
    for (const [isFirst, changes] of [
      [true, {}],
      [true, { sid: undefined }],
      [false, { sid: undefined }],
      [false, { sub: undefined }],
      [false, {}],
    ] as const) {
      const browser = openPlainBrowser();
      const callback = await signInAtProvider(idp, "ann", { url: await startVisit(app, browser), browser });
      const go = Promise.withResolvers<void>();
      Object.assign(meeting, { reached: Promise.withResolvers<void>(), go: go.promise });
      const landed = browser.visit(callback);
      await meeting.reached.promise;
      const told = idp.forgeLogoutToken("ann", changes).then((token) => world.tellOfLogout(token));
      if (isFirst) await told;
      go.resolve();
      const landing = await landed;
      expect((await told).status).toBe(200);

      expect(await world.who(browser.cookie(app.url) ?? "")).toBeNull();
      expect([null, "expired"]).toContain(errorOf(landing));
      expect(isFirst ? errorOf(landing) : "expired").toBe("expired");
    }
    meeting.go = Promise.resolve();
    expect(pageOf((await world.enter("ann")).landing)).toBe("/auth/signed-in?to=%2F");
  });

  // On SQLite there is one writer.
  test.runIf(dialect.name === "postgres").each([2, 0])(
    "a logout that meets the end of the person's other sessions is not refused for it, and ends what that one keeps",
    async (keptAt) => {
      await using world = await startOidcWorld(dialect);
      const { app, idp } = world;
      for (let more = 0; more < 3; more += 1) await world.enter("ann");
      const { sessions } = app.db.tables;
      const { id: userId } = await world.userOf("ann");
      const ids = (await app.db.select({ id: sessions.id }).from(sessions).orderBy(sessions.id)).map(({ id }) => id);
      const [first = "", kept = ""] = [ids[0], ids[keptAt]];
      // With another token its row is the last one, for whoever takes them as they lie.
      await app.db.transaction((tx) => app.auth.sessions.rotate(tx, first));
      const token = await idp.forgeLogoutToken("ann", { sid: undefined });
      const turn = Promise.withResolvers<void>();
      // As a new password does.
      const others = turn.promise.then(() =>
        app.db.transaction(async (tx) => {
          await app.auth.sessions.end(tx, { userId, exceptSessionId: kept }, "password_changed");
          return app.auth.sessions.rotate(tx, kept);
        }),
      );

      const { told } = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, first)));
        const telling = world.tellOfLogout(token);
        await waiting(app.db, 1);
        turn.resolve();
        await waiting(app.db, 2);
        return { told: telling };
      });

      expect((await told).status).toBe(200);
      expect(await others).toBeNull();
      expect(await app.db.$count(sessions)).toBe(0);
    },
  );

  test.runIf(dialect.name === "postgres")(
    "a logout does not end a session that was signed in anew by another one there, nor tell of one that has ended by itself",
    async () => {
      await using world = await startOidcWorld(dialect);
      const { app, idp } = world;
      const { browser } = await world.enter("ann");
      const { cookie } = await world.enter("ann");
      const { sessions } = app.db.tables;
      const both = await app.db.select().from(sessions).orderBy(sessions.id);
      const token = await idp.forgeLogoutToken("ann", { sid: "of both" });
      await app.db.update(app.db.tables.providerSessions).set({ sid: "of both" });
      idp.claims({ sid: "another" });

      const underway = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions));
        const entering = world.enter("ann", { browser });
        await waiting(app.db, 1);
        const leaving = app.http("auth.logout", { cookie });
        await waiting(app.db, 2);
        const telling = world.tellOfLogout(token);
        await waiting(app.db, 3);
        return { entering, leaving, telling };
      });

      expect(errorOf((await underway.entering).landing)).toBeNull();
      expect([(await underway.leaving).status, (await underway.telling).status]).toEqual([200, 200]);
      expect(await world.who(browser.cookie(app.url) ?? "")).toBe("ann");
      expect(await app.db.select({ id: sessions.id }).from(sessions)).toEqual([{ id: both[0]?.id }]);
      await app.auth.audit.flush();
      expect(await app.auth.audit.list({ limit: 9, action: "auth.oidc.backchannel_logout" })).toEqual([]);
    },
  );

  test("nor does whoever signs in another way, or deletes the account", async () => {
    await using world = await startOidcWorld(dialect, withoutAddress);
    const { app } = world;
    await world.register("mia", "mia@example.com", { isVerified: true });
    for (const path of ["auth.login", "auth.register", "account.delete"]) {
      const browser = openPlainBrowser();
      const eve = { username: `eve${path.length}`, password, email: `${path}@x.yz` };
      const isDeleted = path === "account.delete";
      if (isDeleted) await browser.mutate(app.url, "auth.register", eve);
      const ann = await world.enter("ann", { browser });
      await browser.mutate(app.url, "auth.oidc.pending", { id: idOf(ann.landing.url) });
      const inputs = { "auth.login": { login: "mia", password }, "auth.register": eve, "account.delete": { password } };
      await browser.mutate(app.url, path, inputs[path as keyof typeof inputs]);

      await expect(complete(world, ann)).rejects.toThrow("SIGN_IN_LINK_INVALID");
      const expected = { "auth.login": "mia", "auth.register": eve.username, "account.delete": null };
      expect(await world.who(browser.cookie(app.url) ?? "")).toBe(expected[path as keyof typeof expected]);
    }
  });

  test("whoever signs out leaves nothing to be asked of the next person at this browser", async () => {
    await using world = await startOidcWorld(dialect, withoutAddress);
    const { app } = world;
    for (const path of ["auth.logout", "account.sessions.endAll"]) {
      const browser = openPlainBrowser();
      await browser.mutate(app.url, "auth.register", {
        username: `eve${path.length}`,
        password,
        email: `${path}@x.yz`,
      });
      const ann = await world.enter("ann", { browser });
      const started = await startVisit(app, browser);
      const other = await world.enter("bob");
      await browser.mutate(app.url, path, undefined);

      const pending = (of: typeof ann) => of.browser.mutate(app.url, "auth.oidc.pending", { id: idOf(of.landing.url) });
      await expect(pending(ann)).rejects.toThrow("SIGN_IN_LINK_INVALID");
      const callback = await signInAtProvider(world.idp, "ann", { url: started, browser: openPlainBrowser() });
      expect(errorOf(await browser.visit(callback))).toBe("expired");
      expect(await pending(other)).toMatchObject({ username: "bob" });
    }
  });
});

function complete({ app }: OidcWorld, { browser, landing }: Awaited<ReturnType<OidcWorld["enter"]>>) {
  const id = idOf(landing.url);
  const username = `u${id.slice(-12)}`;
  return browser.mutate(app.url, "auth.oidc.complete", { id, username, email: `${username}@example.com` });
}

function idOf(url: string): string {
  return new URL(url).searchParams.get("t") ?? "";
}

function waiting(db: Database, count: number) {
  return vi.waitFor(async () => expect(await countWaiting(db)).toBe(count), { timeout: 5000 });
}
