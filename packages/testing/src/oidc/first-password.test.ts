import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import type { PlainBrowser } from "../identity-provider/plain-browser.ts";
import { pageOf } from "../test/start-oidc-app.ts";
import { localPassword as password, type OidcWorld, startOidcWorld, tokenIn } from "../test/start-oidc-world.ts";

const nobody = { ip: null, userAgent: null, presented: null };

describeDatabases((dialect) => {
  test("who came by a provider sets a first password, fresh by its word, and is told by mail; other devices are out", async () => {
    await using world = await startOidcWorld(dialect);
    const { app, idp } = world;
    const [ann, other, bob] = [await world.enter("ann"), await world.enter("ann"), await world.enter("bob")];
    const { sessions } = app.db.tables;
    await app.db.update(sessions).set({ authenticatedAt: new Date(0) });
    await expect(setPassword(world, ann.browser)).rejects.toThrow("REAUTH");
    // What the provider lets pass without asking is no confirmation.
    idp.claims({ auth_time: Math.floor(Date.now() / 1000) - 86_400 });
    await world.enter("ann", { browser: ann.browser });
    await expect(setPassword(world, ann.browser)).rejects.toThrow("REAUTH");
    expect((await world.userOf("ann")).passwordHash).toBeNull();
    idp.honest();

    const confirmed = await world.enter("ann", { browser: ann.browser, start: { purpose: "step-up" } });
    expect(pageOf(confirmed.landing)).toBe("/auth/signed-in?to=%2F");
    await expect(setPassword(world, ann.browser, "short")).rejects.toThrow("INVALID_FIELDS");
    const before = confirmed.cookie;
    expect(await setPassword(world, ann.browser)).toMatchObject({ user: { username: "ann" } });

    expect(await world.who(ann.browser.cookie(app.url) ?? "")).toBe("ann");
    expect([await world.who(before), await world.who(other.cookie), await world.who(bob.cookie)]).toEqual([
      null,
      null,
      "bob",
    ]);
    const [mail, ...more] = await app.takeMails();
    expect([mail?.to, more]).toEqual(["ann@example.com", []]);
    expect(mail?.text).toMatch(/The account is also opened by: The Works \(ann@example\.com, \d{4}-\d\d-\d\d\)\./);
    expect((await app.auth.accounts.login({ login: "ann", password }, nobody)).status).toBe("signed-in");
    // A second one is a change, for which the first is asked.
    await expect(setPassword(world, ann.browser, "yet another word")).rejects.toThrow("CONFLICT");
    expect((await app.auth.accounts.login({ login: "ann", password }, nobody)).status).toBe("signed-in");
    await app.auth.audit.flush();
    const audited = await app.auth.audit.list({ limit: 100, action: "account.change_password" });
    expect(audited.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual(["refused conflict", "ok first"]);
  });

  test("of two first passwords at once one is set, and nobody who acts as somebody else sets one", async () => {
    await using world = await startOidcWorld(dialect);
    const { app } = world;
    const [ann, again, bob] = [await world.enter("ann"), await world.enter("ann"), await world.enter("bob")];
    const set = await Promise.allSettled([
      setPassword(world, ann.browser, "the first of two"),
      setPassword(world, again.browser, "the second of two"),
    ]);
    expect(set.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const logins = ["the first of two", "the second of two"].map((each) =>
      app.auth.accounts.login({ login: "ann", password: each }, nobody),
    );
    expect((await Promise.all(logins)).map(({ status }) => status).toSorted()).toEqual(["refused", "signed-in"]);

    const { sessions } = app.db.tables;
    const [annId, bobId] = [(await world.userOf("ann")).id, (await world.userOf("bob")).id];
    await app.db.update(sessions).set({ impersonatedBy: annId }).where(eq(sessions.userId, bobId));
    await expect(setPassword(world, bob.browser)).rejects.toThrow("FORBIDDEN");
    expect((await world.userOf("bob")).passwordHash).toBeNull();
  });

  test("by mail a first password comes to a confirmed address, and to no other", async () => {
    await using world = await startOidcWorld(dialect, {
      settings: { EMAIL_VERIFICATION: "optional" },
      idp: { users: [{ name: "ann" }, { name: "eve", email: "victim@example.com", emailVerified: false }] },
    });
    const { app } = world;
    await world.enter("ann");
    await world.enter("eve");
    await app.takeMails();

    for (const email of ["ann@example.com", "victim@example.com"])
      await app.http("auth.requestPasswordReset", { input: { email } });

    const mails = (await app.takeMails()).toSorted((a, b) => a.to.localeCompare(b.to));
    expect(mails).toMatchObject([{ to: "ann@example.com" }, { to: "victim@example.com" }]);
    expect(mails[1]?.text).toContain("It has none: you sign in to it by another service.");
    expect(mails[1]?.text).not.toContain("token=");
    expect((await app.auth.links.resetPassword({ token: tokenIn(mails[0]), password }, nobody)).status).toBe("reset");
    expect((await app.auth.accounts.login({ login: "ann", password }, nobody)).status).toBe("signed-in");
    // She has shown whose address it is, twice: her provider still opens the account.
    expect(await world.who((await world.enter("ann")).cookie)).toBe("ann");
  });
});

function setPassword({ app }: OidcWorld, browser: PlainBrowser, wanted = password) {
  return browser.mutate(app.url, "account.setPassword", { password: wanted });
}
