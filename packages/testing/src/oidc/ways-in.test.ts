import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { Claims } from "@countersign/auth";
import { forUpdate } from "@countersign/db";

import { openPlainBrowser, type PlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { startIdentityProvider } from "../identity-provider/start-identity-provider.ts";
import { countWaiting, type Lockable } from "../test/row-locks.ts";
import { errorOf, pageOf } from "../test/start-oidc-app.ts";
import { localPassword as password, type OidcWorld, startOidcWorld, tokenIn } from "../test/start-oidc-world.ts";

const confirmed = { EMAIL_VERIFICATION: "optional" } as const;
const nobody = { ip: null, userAgent: null, presented: null };

describeDatabases((dialect) => {
  test("whoever linked a way in before the address was confirmed is out once its owner sets a password by mail", async () => {
    await using world = await startOidcWorld(dialect, {
      settings: confirmed,
      provider: { groupsClaim: "groups", groups: { works: "staff" } },
      idp: { users: [{ name: "eve", email: "eve@evil.example", groups: ["works"] }, { name: "bob" }] },
    });
    const { app } = world;
    await app.auth.rights.setGroup("staff", []);
    await world.register("mallory", "victim@example.com");
    const mallory = await linkAs(world, "mallory", "eve");
    expect(await world.identities()).toHaveLength(1);
    await world.enter("eve", { browser: mallory });
    expect(await app.db.$count(app.db.tables.groupMembers)).toBe(1);
    await app.takeMails();

    expect(await resetByMail(world, "victim@example.com")).toEqual(["reset"]);

    expect(await world.identities()).toEqual([]);
    expect(await app.db.$count(app.db.tables.groupMembers)).toBe(0);
    const [mail] = await app.takeMails();
    expect(mail).toMatchObject({ to: "victim@example.com", subject: expect.stringContaining("changed") as string });
    expect(mail?.text).toContain(
      "The Works opened the account before this address was confirmed, and opens it no more",
    );
    const eve = await world.enter("eve");
    expect(await world.who(eve.cookie)).not.toBe("mallory");
    await app.auth.audit.flush();
    const unlinked = await app.auth.audit.list({ limit: 100, action: "account.identity.unlink" });
    expect(unlinked).toMatchObject([{ outcome: "ok", reason: "unconfirmed", details: { provider: "idp" } }]);
  });

  test("nor does a way in stay that was there before the owner confirmed the address, when the new password comes after that", async () => {
    for (const way of ["account of the provider", "linked by hand"]) {
      await using second = await startSecond();
      await using world = await startOidcWorld(dialect, {
        settings: confirmed,
        others: [second.options],
        idp: { users: [{ name: "eve", email: "victim@example.com", emailVerified: false }] },
      });
      const { app } = world;
      const isLinked = way === "linked by hand";
      let mallory = openPlainBrowser();
      if (isLinked) {
        const input = { username: "eve", email: "victim@example.com", password };
        await app.auth.accounts.register(input, nobody);
        mallory = await linkAs(world, "eve", "eve");
      } else await world.enter("eve", { browser: mallory });
      const mails = await app.takeMails();
      const link = mails.find(({ text }) => text.includes("/verify-email#token="));
      expect((await app.auth.links.verifyEmail({ token: tokenIn(link) }, nobody)).status).toBe("verified");
      // Of an account without a password nobody can have connected anything later who had not come in by the first.
      await second.link(world, mallory);
      expect(await world.identities()).toHaveLength(2);
      await app.takeMails();

      expect(await resetByMail(world, "victim@example.com")).toEqual(["reset"]);

      expect([way, (await world.identities()).map(({ subject }) => subject)]).toEqual([way, isLinked ? ["bob"] : []]);
      const [mail] = await app.takeMails();
      const lost = isLinked ? "The Works" : "The Works, second";
      expect(mail?.text).toContain(`${lost} opened the account before this address was confirmed`);
      expect(await world.who((await world.enter("eve")).cookie)).not.toBe("eve");
    }
  });

  test("the provider that has verified the address opens the account on, whoever sets a first password by mail", async () => {
    await using second = await startSecond();
    await using world = await startOidcWorld(dialect, { settings: confirmed, others: [second.options] });
    const { app, idp } = world;
    // At first the provider does not say that it has.
    idp.setUser({ name: "ann", emailVerified: false });
    await world.enter("ann");
    await app.takeMails();
    idp.setUser({ name: "ann", emailVerified: true });
    const ann = await world.enter("ann");
    await second.link(world, ann.browser);
    await app.takeMails();

    expect(await resetByMail(world, "ann@example.com")).toEqual(["reset"]);

    expect((await world.identities()).map(({ subject }) => subject)).toEqual(["ann", "bob"]);
    const [mail] = await app.takeMails();
    expect(mail?.text).toMatch(/also opened by: The Works \(ann@example\.com, [\d-]{10}\), second \([\d-]{10}\)\./);
    expect(mail?.text).not.toContain("no more");
    expect(await world.who((await world.enter("ann")).cookie)).toBe("ann");
  });

  test("where the address was confirmed before, the ways in stay, and the mail about the password names them", async () => {
    await using world = await startOidcWorld(dialect, { settings: confirmed });
    const { app } = world;
    await world.register("ann", "victim@example.com", { isVerified: true });
    await linkAs(world, "ann", "bob");
    await app.takeMails();

    expect(await resetByMail(world, "victim@example.com")).toEqual(["reset"]);

    const [mail] = await app.takeMails();
    expect(mail?.text).toMatch(/The account is also opened by: The Works \(bob@example\.com, \d{4}-\d\d-\d\d\)\./);
    expect(await world.who((await world.enter("bob")).cookie)).toBe("ann");
  });

  test("each way in that is linked, and each that is taken away, is told by mail", async () => {
    for (const linkByEmail of ["ask", "trust"] as const) {
      await using world = await startOidcWorld(dialect, { settings: confirmed, provider: { linkByEmail } });
      const { app } = world;
      await world.register("anna", "ann@example.com", { isVerified: true });
      const ann = await world.enter("ann");
      if (linkByEmail === "ask") {
        const id = new URL(ann.landing.url).searchParams.get("t");
        await ann.browser.mutate(app.url, "auth.oidc.confirm", { id, password });
      }
      const linked = {
        to: "ann@example.com",
        subject: expect.stringContaining("can be opened with The Works") as string,
      };
      expect(await app.takeMails()).toMatchObject([linked]);
      // Again is no news.
      await world.enter("ann");
      expect(await app.takeMails()).toEqual([]);

      const [identity] = await world.identities();
      await ann.browser.mutate(app.url, "account.identities.unlink", { id: identity?.id });
      const unlinked = { ...linked, subject: expect.stringContaining("opened with The Works no more") as string };
      expect(await app.takeMails()).toMatchObject([unlinked]);

      await linkAs(world, "anna", "bob");
      expect(await app.takeMails()).toMatchObject([linked]);
    }
  });

  test("whoever takes a change of address back takes the ways in as well: whoever changed it may have linked them", async () => {
    await using world = await startOidcWorld(dialect, { settings: confirmed });
    const { app } = world;
    await world.register("ann", "victim@example.com", { isVerified: true });
    const thief = await linkAs(world, "ann", "bob");
    await app.takeMails();
    await thief.mutate(app.url, "account.requestEmailChange", { email: "thief@evil.example" });
    const [, toOld] = (await app.takeMails()).toSorted((a, b) => a.to.localeCompare(b.to));
    expect(toOld?.to).toBe("victim@example.com");

    expect((await app.auth.links.revertEmailChange({ token: tokenIn(toOld) }, nobody)).status).toBe("reverted");

    expect(await world.identities()).toEqual([]);
    expect(await world.who((await world.enter("bob")).cookie)).toBe("bob");
  });

  test("`trust` opens no account to whoever got the address of its person at the provider", async () => {
    await using world = await startOidcWorld(dialect, {
      settings: confirmed,
      provider: { linkByEmail: "trust" },
      idp: { users: [{ name: "ann", email: "desk@example.com" }, { name: "bob" }] },
    });
    const { app, idp } = world;
    await world.enter("ann");
    idp.setUser({ name: "newbie", subject: "another person", email: "desk@example.com" });

    const newbie = await world.enter("newbie");

    expect(errorOf(newbie.landing)).toBe("exists");
    expect(await world.who(newbie.cookie)).toBeNull();
    expect(await world.identities()).toMatchObject([{ subject: "ann" }]);
    // Nobody else's identity there stands in the way.
    await world.register("bobby", "bob@example.com", { isVerified: true });
    expect(await world.who((await world.enter("bob")).cookie)).toBe("bobby");
    expect(await app.db.$count(app.db.tables.users)).toBe(2);
  });

  test("what `trust` had opened until it was taken away is opened by the password alone", async () => {
    for (const by of ["admin", "user"]) {
      await using world = await startOidcWorld(dialect, { settings: confirmed, provider: { linkByEmail: "trust" } });
      const { app, idp } = world;
      const id = await world.register("anna", "ann@example.com", { isVerified: true });
      const ann = await world.enter("ann");
      const [identity] = await world.identities();
      if (by === "user") await ann.browser.mutate(app.url, "account.identities.unlink", { id: identity?.id });
      else {
        const { users } = app.db.tables;
        const root = await world.register("root", "root@example.com", { isVerified: true });
        await app.db.update(users).set({ isSuperuser: true, isStaff: true }).where(eq(users.id, root));
        const browser = openPlainBrowser();
        await browser.mutate(app.url, "auth.login", { login: "root", password });
        await browser.mutate(app.url, "admin.user.removeIdentity", { id, identityId: identity?.id });
      }
      expect(await world.identities()).toEqual([]);

      // Nor is whoever has the address at the provider now taken for whom it was.
      idp.setUser({ name: "newbie", subject: "another person", email: "ann@example.com" });
      for (const name of ["ann", "newbie"]) {
        const again = await world.enter(name);
        expect([by, name, pageOf(again.landing)]).toEqual([by, name, expect.stringMatching(/^\/auth\/continue\?t=/)]);
        expect(await world.who(again.cookie)).toBeNull();
      }
      expect(await world.identities()).toEqual([]);
      const again = await world.enter("ann");
      const t = new URL(again.landing.url).searchParams.get("t");
      await again.browser.mutate(app.url, "auth.oidc.confirm", { id: t, password });
      expect(await world.who((await world.enter("ann")).cookie)).toBe("anna");
    }
  });

  test("`trust` makes nobody staff: their password is asked for", async () => {
    for (const rank of [{ isStaff: true }, { isSuperuser: true }]) {
      await using world = await startOidcWorld(dialect, { settings: confirmed, provider: { linkByEmail: "trust" } });
      const { app } = world;
      const id = await world.register("anna", "ann@example.com", { isVerified: true });
      const { users } = app.db.tables;
      await app.db.update(users).set(rank).where(eq(users.id, id));

      const ann = await world.enter("ann");
      expect(pageOf(ann.landing)).toMatch(/^\/auth\/continue\?t=/);
      expect(await world.identities()).toEqual([]);
      const t = new URL(ann.landing.url).searchParams.get("t");
      await ann.browser.mutate(app.url, "auth.oidc.confirm", { id: t, password });
      expect(await world.who(ann.browser.cookie(app.url) ?? "")).toBe("anna");

      await app.db.update(users).set({ passwordHash: null });
      await app.db.delete(app.db.tables.identities);
      expect(errorOf((await world.enter("ann")).landing)).toBe("exists");
    }
  });

  test("the password of a link has the sign-in page's guesses, by whichever name is typed there", async () => {
    for (const [fields, login] of [
      ["email", "ann@example.com"],
      ["username", "anna"],
      ["username,email", "anna"],
    ] as const) {
      await using world = await startOidcWorld(dialect, {
        settings: { ...confirmed, LOGIN_FIELDS: fields, LOGIN_ATTEMPTS: 3 },
      });
      const { app } = world;
      await world.register("anna", "ann@example.com", { isVerified: true });
      const ann = await world.enter("ann");
      const id = new URL(ann.landing.url).searchParams.get("t");
      const guess = () => app.auth.accounts.login({ login, password: "wrong" }, { ...nobody, ip: "203.0.113.9" });
      for (const [attempt, expected] of [1, 2, 3].map((each) => [each, "refused"] as const))
        expect([fields, attempt, (await guess()).status]).toEqual([fields, attempt, expected]);

      await expect(ann.browser.mutate(app.url, "auth.oidc.confirm", { id, password })).rejects.toThrow("RATE_LIMITED");
    }
  });

  // SQLite has one writer: nothing is locked one by one.
  test.runIf(dialect.name === "postgres").each(["ask", "trust", "never"] as const)(
    "a mapping that takes the rank of superusers locks them in their order, before whoever enters (%s)",
    async (linkByEmail) => {
      const mapClaims = (claims: Claims) => ({
        username: String(claims["preferred_username"]),
        email: String(claims["email"]),
        isEmailVerified: true,
        isSuperuser: false,
      });
      await using world = await startOidcWorld(dialect, { settings: confirmed, provider: { mapClaims, linkByEmail } });
      const { app } = world;
      const { users } = app.db.tables;
      const root = await world.register("root", "root@example.com", { isVerified: true });
      await app.db.update(users).set({ isSuperuser: true }).where(eq(users.id, root));
      // The address is somebody's who waits to confirm it where a new account is to take it over.
      const holder = await world.register("anna", "ann@example.com", { isVerified: linkByEmail !== "never" });
      const asked = await (linkByEmail === "ask" ? world.enter("ann") : null);

      const entering = await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, root)));
        const id = new URL(asked?.landing.url ?? "http://none").searchParams.get("t");
        const begun = asked?.browser.mutate(app.url, "auth.oidc.confirm", { id, password }) ?? world.enter("ann");
        await vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(1));

        // Whoever has the first superuser now gets the next user as well: the other waits with nothing in its hands.
        const next = tx.select({ id: users.id }).from(users).where(eq(users.id, holder)) as unknown as Lockable; // Drizzle's types join the dialects.
        expect(await next.for("update", { skipLocked: true })).toEqual([{ id: holder }]);
        return { begun };
      });

      await entering.begun;
      const [{ isSuperuser } = {}] = await app.db.select().from(users).where(eq(users.id, root));
      expect(isSuperuser).toBe(true);
      expect(await world.identities()).toHaveLength(1);
    },
  );
});

/** Signs in by password and comes back from the provider as this person. */
async function linkAs({ app, enter }: OidcWorld, username: string, name: string) {
  const browser = openPlainBrowser();
  await browser.mutate(app.url, "auth.login", { login: username, password });
  const { landing } = await enter(name, { browser, start: { purpose: "link" } });
  expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
  return browser;
}

/** Another provider, with somebody to be connected beside whom the first knows. */
async function startSecond() {
  const idp = await startIdentityProvider({ users: [{ name: "bob", emailVerified: false }] });
  const { clientId, clientSecret, issuer } = idp;
  return {
    options: { name: "second", clientId, clientSecret, issuer },
    async link({ app }: OidcWorld, browser: PlainBrowser): Promise<void> {
      const start = { purpose: "link" };
      const { landing } = await signInWith(idp, "bob", { app: app.url, as: "second", start, browser });
      expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
    },
    [Symbol.asyncDispose]: () => idp[Symbol.asyncDispose](),
  };
}

async function resetByMail({ app }: OidcWorld, email: string): Promise<readonly string[]> {
  await app.http("auth.requestPasswordReset", { input: { email } });
  const mails = await app.takeMails();
  const reset = mails.map((mail) =>
    app.auth.links.resetPassword({ token: tokenIn(mail), password: "a word of the owner's own" }, nobody),
  );
  return (await Promise.all(reset)).map(({ status }) => status);
}
