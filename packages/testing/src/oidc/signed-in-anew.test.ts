import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { type HostileProvider, startHostileProvider } from "../identity-provider/hostile/start-hostile-provider.ts";
import { openPlainBrowser } from "../identity-provider/plain-browser.ts";
import { signInWith } from "../identity-provider/sign-in-with.ts";
import { pageOf, startOidcApp } from "../test/start-oidc-app.ts";
import { askForToken, startRenewing } from "../test/start-renewing.ts";

const signedIn = "/auth/signed-in?to=%2F";

describeDatabases((dialect) => {
  test.each(["idp", "other"] as const)(
    "tokens that are renewed while their session is signed in anew, by %s, do not take the place of what it got there",
    async (name) => {
      await using world = await startTwo(dialect);
      const { app, idp } = world;
      const { browser } = await world.enter("idp");
      await world.endSoon();
      const held = Promise.withResolvers<void>();
      idp.answer("token", hostileAnswers.held(held.promise));
      const asked = askForToken(app.url, browser.cookie(app.url) ?? "");
      await expect.poll(() => refreshesOf(idp)).toHaveLength(1);
      idp.answer("token", null);

      expect(pageOf((await world.enter(name, browser)).landing)).toBe(signedIn);
      const [signedInAnew] = await world.rows();
      held.resolve();
      await asked;

      expect(await world.rows()).toEqual([signedInAnew]);
      expect(signedInAnew).toMatchObject({ provider: name });
      // And it is good: what is asked next is answered, and by whoever gave it.
      await world.endSoon();
      expect(await askForToken(app.url, browser.cookie(app.url) ?? "")).toMatchObject({ status: 200 });
      expect(refreshesOf(name === "idp" ? idp : world.other)).toHaveLength(name === "idp" ? 2 : 1);
    },
  );

  test("a refusal that was for the tokens before ends no session that was signed in anew", async () => {
    await using world = await startTwo(dialect);
    const { app, idp } = world;
    const { browser } = await world.enter("idp");
    await world.endSoon();
    const held = Promise.withResolvers<void>();
    idp.answer("token", { ...hostileAnswers.badRequest, heldUntil: held.promise });
    const asked = askForToken(app.url, browser.cookie(app.url) ?? "");
    await expect.poll(() => refreshesOf(idp)).toHaveLength(1);
    idp.answer("token", null);

    expect(pageOf((await world.enter("idp", browser)).landing)).toBe(signedIn);
    const [signedInAnew] = await world.rows();
    held.resolve();
    await asked;

    expect(await world.rows()).toEqual([signedInAnew]);
  });

  test("what a renewal says that was on its way while the person came in elsewhere is no news any more", async () => {
    const groups = { groupsClaim: "groups", groups: { works: "staff" } };
    for (const isMeanwhile of [true, false]) {
      await using renewing = await startRenewing(dialect, groups);
      const { app, ann, idp } = renewing;
      await app.auth.rights.setGroup("staff", []);
      const staff = async () => (await app.http("staff", { method: "GET", cookie: ann.cookie })).status;
      const enter = async () => {
        idp.claims({ groups: [] });
        await signInWith(idp, "ann", { app: app.url, as: "idp" });
      };
      if (!isMeanwhile) await enter();
      idp.claims({ groups: ["works"] });
      const held = Promise.withResolvers<void>();
      idp.answer("token", hostileAnswers.held(held.promise));
      const asked = renewing.ask();
      await expect.poll(renewing.refreshes).toBe(1);
      idp.answer("token", null);
      if (isMeanwhile) await enter();
      held.resolve();

      expect((await asked).token).not.toBeNull();
      expect(await staff()).toBe(isMeanwhile ? 403 : 200);
    }
  });
});

/** Ann, who can come in by two providers. */
async function startTwo(dialect: TestDialect) {
  const users = [{ name: "ann" }];
  const idp = await startHostileProvider({ users });
  const other = await startHostileProvider({ users });
  const { issuer, clientId, clientSecret } = other;
  const scopes = ["offline_access"];
  const linkByEmail = "trust";
  const app = await startOidcApp(dialect, idp, {
    keys: [randomBytes(32)],
    settings: { EMAIL_VERIFICATION: "optional" },
    provider: { scopes, linkByEmail },
    others: [{ name: "other", issuer, clientId, clientSecret, scopes, linkByEmail }],
  });
  const { providerSessions } = app.db.tables;
  const enter = (as: "idp" | "other", browser = openPlainBrowser()) =>
    signInWith(as === "idp" ? idp : other, "ann", { app: app.url, as, browser });
  await enter("idp");
  await enter("other");
  await app.db.delete(app.db.tables.sessions);
  return {
    app,
    idp,
    other,
    enter,
    endSoon: () => app.db.update(providerSessions).set({ accessExpiresAt: new Date(Date.now() + 10_000) }),
    rows: () => app.db.select().from(providerSessions),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await idp[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

function refreshesOf(idp: HostileProvider) {
  return idp.requests("token").filter(({ body }) => body.includes("grant_type=refresh_token"));
}
