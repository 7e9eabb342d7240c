import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { pageOf } from "../test/start-oidc-app.ts";
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
    expect(mail?.text).toContain("The Works opens the account no more");
    const eve = await world.enter("eve");
    expect(await world.who(eve.cookie)).not.toBe("mallory");
    await app.auth.audit.flush();
    const unlinked = await app.auth.audit.list({ limit: 100, action: "account.identity.unlink" });
    expect(unlinked).toMatchObject([{ outcome: "ok", reason: "unconfirmed", details: { provider: "idp" } }]);
  });

  test("where the address was confirmed before, the ways in stay, and the mail about the password names them", async () => {
    await using world = await startOidcWorld(dialect, { settings: confirmed });
    const { app } = world;
    await world.register("ann", "victim@example.com", { isVerified: true });
    await linkAs(world, "ann", "bob");
    await app.takeMails();

    expect(await resetByMail(world, "victim@example.com")).toEqual(["reset"]);

    const [mail] = await app.takeMails();
    expect(mail?.text).toContain("The account is also opened by: The Works.");
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
});

/** Signs in by password and comes back from the provider as this person. */
async function linkAs({ app, enter }: OidcWorld, username: string, name: string) {
  const browser = openPlainBrowser();
  await browser.mutate(app.url, "auth.login", { login: username, password });
  const { landing } = await enter(name, { browser, start: { purpose: "link" } });
  expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");
  return browser;
}

async function resetByMail({ app }: OidcWorld, email: string): Promise<readonly string[]> {
  await app.http("auth.requestPasswordReset", { input: { email } });
  const mails = await app.takeMails();
  const reset = mails.map((mail) =>
    app.auth.links.resetPassword({ token: tokenIn(mail), password: "a word of the owner's own" }, nobody),
  );
  return (await Promise.all(reset)).map(({ status }) => status);
}
