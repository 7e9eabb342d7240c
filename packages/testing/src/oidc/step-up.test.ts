import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";

import { startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser, type PlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { errorOf, pageOf, startOidcApp } from "../test/start-oidc-app.ts";
import { localPassword as password } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  test("a session stays with the provider it came from when somebody shows at another one who they are", async () => {
    await using two = await startTwo(dialect);
    const { app, works } = two;
    const { browser } = await signInWith(works, "ann", { app: app.url, as: "idp" });
    expect(await two.visit(browser, "link")).toBe("/auth/signed-in?to=%2F");
    const before = await two.token(browser);

    expect(await two.visit(browser, "step-up")).toBe("/auth/signed-in?to=%2F");

    // Its token goes to this one's services: another provider's must not.
    expect(await two.token(browser)).toBe(before);
    expect(await two.tellOfLogout("home", "private")).toBe(200);
    expect(await two.who(browser)).toBe(200);
    expect(await two.tellOfLogout("works", "ann")).toBe(200);
    expect(await two.who(browser)).toBe(401);
  });

  test("the provider it came from gives it new tokens, and the name of its newest session there", async () => {
    await using two = await startTwo(dialect);
    const { app, works } = two;
    const { browser } = await signInWith(works, "ann", { app: app.url, as: "idp" });
    const before = await two.token(browser);
    const start = { purpose: "step-up" };
    const { landing } = await signInWith(works, "ann", { app: app.url, as: "idp", browser, start });
    expect(pageOf(landing)).toBe("/auth/signed-in?to=%2F");

    expect([null, before]).not.toContain(await two.token(browser));
    expect(await two.tellOfLogout("works", "ann")).toBe(200);
    expect(await two.who(browser)).toBe(401);
  });

  test("a session that came by the password has no provider after it", async () => {
    await using two = await startTwo(dialect);
    const { app } = two;
    const browser = openPlainBrowser();
    await browser.mutate(app.url, "auth.register", { username: "anna", email: "anna@example.com", password });
    expect(await two.visit(browser, "link")).toBe("/auth/signed-in?to=%2F");
    expect(await two.visit(browser, "step-up")).toBe("/auth/signed-in?to=%2F");

    expect(await two.token(browser)).toBeNull();
    expect(await two.tellOfLogout("home", "private")).toBe(200);
    expect(await two.who(browser)).toBe(200);
  });

  test("SES-13: it is nobody else who shows who they are, though that person is known here", async () => {
    await using two = await startTwo(dialect);
    const { app, works } = two;
    const { browser } = await signInWith(works, "ann", { app: app.url, as: "idp" });
    await signInWith(works, "bob", { app: app.url, as: "idp" });
    const token = await two.token(browser);
    browser.forget(works.issuer);

    const start = { purpose: "step-up" };
    const { landing } = await signInWith(works, "bob", { app: app.url, as: "idp", browser, start });

    expect(errorOf(landing)).toBe("other");
    expect(await two.token(browser)).toBe(token);
  });
});

/** An app with two providers: at `works` there are Ann and Bob, at `home` somebody without their names. */
async function startTwo(dialect: TestDialect) {
  const works = await startHostileProvider({ users: [{ name: "ann" }, { name: "bob" }] });
  const home = await startHostileProvider({ users: [{ name: "private" }] });
  const { clientId, clientSecret, issuer } = home;
  const others = [{ name: "home", clientId, clientSecret, issuer }];
  const app = await startOidcApp(dialect, works, { keys: [randomBytes(32)], others });
  const cookieOf = (browser: PlainBrowser) => browser.cookie(app.url) ?? "";
  return {
    app,
    works,
    /** Goes to the second provider. Returns the page it ends on. */
    async visit(browser: PlainBrowser, purpose: string): Promise<string> {
      const { landing } = await signInWith(home, "private", { app: app.url, as: "home", start: { purpose }, browser });
      return pageOf(landing);
    },
    async token(browser: PlainBrowser): Promise<string | null> {
      const answer = await app.http("providerToken", { method: "GET", cookie: cookieOf(browser) });
      return ((await answer.json()) as { result: { data: { token: string | null } } }).result.data.token;
    },
    who: async (browser: PlainBrowser) => (await app.http("who", { method: "GET", cookie: cookieOf(browser) })).status,
    async tellOfLogout(by: "works" | "home", name: string): Promise<number> {
      const [idp, as] = by === "works" ? [works, "idp"] : [home, "home"];
      const body = new URLSearchParams({ logout_token: await idp.logoutToken(name) });
      return (await fetch(`${app.url}/auth/oidc/${as}/backchannel-logout`, { method: "POST", body })).status;
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await works[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
