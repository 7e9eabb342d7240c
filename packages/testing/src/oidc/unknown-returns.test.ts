import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInAtProvider } from "../identity-provider/sign-in-with.ts";
import { errorOf, pageOf, startVisit } from "../test/start-oidc-app.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  test("answers that belong to nothing are counted by address, and keep out nobody who has begun a visit", async () => {
    await using world = await startOidcWorld(dialect, { settings: { LOGIN_ATTEMPTS: 1 } });
    const { app, idp } = world;
    const ann = openPlainBrowser();
    const begun = await signInAtProvider(idp, "ann", { url: await startVisit(app, ann), browser: ann });
    const stranger = openPlainBrowser();
    await startVisit(app, stranger);
    const madeUp = `${app.url}/auth/oidc/idp/callback?code=x&state=${"s".repeat(43)}`;
    const comeBack = async () => errorOf(await stranger.visit(madeUp));

    const codes = [];
    for (let count = 0; count < 12; count += 1) codes.push(await comeBack());

    expect(codes).toEqual([...Array.from({ length: 10 }, () => "expired"), "limited", "limited"]);
    expect(pageOf(await ann.visit(begun))).toBe("/auth/signed-in?to=%2F");
    // A page that is loaded again is no fault.
    expect(pageOf(await ann.visit(begun))).toBe("/auth/signed-in?to=%2F");
    expect(idp.requests("token")).toHaveLength(1);
    await app.auth.audit.flush();
    const refused = await app.auth.audit.list({ limit: 100, action: "auth.oidc" });
    // One line for all of them, in a minute.
    expect(refused.map(({ reason }) => reason)).toEqual(["unknown_visit"]);
  });
});
