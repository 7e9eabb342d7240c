import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openPlainBrowser, type PlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider } from "../identity-provider/sign-in-with.ts";
import { errorOf, pageOf, startVisit } from "../test/start-oidc-app.ts";
import { localPassword as password, type OidcWorld, startOidcWorld } from "../test/start-oidc-world.ts";

const signedIn = "/auth/signed-in?to=%2F";

describeDatabases((dialect) => {
  test("a second person of one provider is connected neither by hand nor by an address, until the first is disconnected", async () => {
    for (const linkByEmail of ["ask", "trust"] as const) {
      await using world = await startAnna(dialect, linkByEmail);
      const browser = await signInByPassword(world);
      expect(pageOf(await link(world, browser, "bob"))).toBe(signedIn);

      expect(errorOf(await link(world, browser, "ann"))).toBe("other");
      expect(errorOf((await world.enter("ann")).landing)).toBe("exists");
      expect(await subjects(world)).toEqual(["bob"]);
      // The first one opens the account on, and connecting it again is no fault.
      expect(pageOf(await link(world, browser, "bob"))).toBe(signedIn);

      const [bob] = await world.identities();
      await browser.mutate(world.app.url, "account.identities.unlink", { id: bob?.id });
      expect(pageOf(await link(world, browser, "ann"))).toBe(signedIn);
      expect(await subjects(world)).toEqual(["ann"]);
    }
  });

  test("of two people of one provider who are connected at once one is", async () => {
    await using world = await startAnna(dialect);
    const browser = await signInByPassword(world);
    const callbacks = [];
    for (const name of ["ann", "bob"]) {
      const url = await startVisit(world.app, browser, { purpose: "link" });
      callbacks.push(await signInAtProvider(world.idp, name, { url, browser: openPlainBrowser() }));
    }

    const landings = await Promise.all(callbacks.map((callback) => browser.visit(callback)));

    expect(landings.map((landing) => errorOf(landing) ?? "connected").toSorted()).toEqual(["connected", "other"]);
    expect(await world.identities()).toHaveLength(1);
  });

  test("a password that was asked for before somebody else was connected connects nobody any more", async () => {
    await using world = await startAnna(dialect);
    const ann = await world.enter("ann");
    const id = new URL(ann.landing.url).searchParams.get("t");
    expect(pageOf(await link(world, await signInByPassword(world), "bob"))).toBe(signedIn);

    const confirmed = ann.browser.mutate(world.app.url, "auth.oidc.confirm", { id, password });

    await expect(confirmed).rejects.toThrow("SIGN_IN_LINK_INVALID");
    expect(await subjects(world)).toEqual(["bob"]);
  });
});

/** Somebody with a password, and with the confirmed address that Ann has at the provider. */
async function startAnna(dialect: Parameters<typeof startOidcWorld>[0], linkByEmail: "ask" | "trust" = "ask") {
  const world = await startOidcWorld(dialect, {
    settings: { EMAIL_VERIFICATION: "optional" },
    provider: { linkByEmail },
  });
  await world.register("anna", "ann@example.com", { isVerified: true });
  return world;
}

async function signInByPassword({ app }: OidcWorld): Promise<PlainBrowser> {
  const browser = openPlainBrowser();
  await browser.mutate(app.url, "auth.login", { login: "anna", password });
  return browser;
}

/** Connects whoever has this name at the provider, though somebody else may be signed in there. */
async function link({ app, idp }: OidcWorld, browser: PlainBrowser, name: string) {
  const url = await startVisit(app, browser, { purpose: "link" });
  return browser.visit(await signInAtProvider(idp, name, { url, browser: openPlainBrowser() }));
}

async function subjects({ identities }: OidcWorld): Promise<readonly string[]> {
  return (await identities()).map(({ subject }) => subject);
}
