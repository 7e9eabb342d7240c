import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { pageOf } from "../test/start-oidc-app.ts";
import { localPassword as password, type OidcWorld, startOidcWorld } from "../test/start-oidc-world.ts";

const day = 86_400;
const now = () => Math.floor(Date.now() / 1000);

describeDatabases((dialect) => {
  test("a sign-in is as fresh as what the provider says of it, and not fresh when it says nothing", async () => {
    await using world = await startOidcWorld(dialect);
    const { idp } = world;
    // Asked for, since providers may leave it out otherwise.
    const ann = await world.enter("ann");
    expect(await isFresh(world, ann.cookie)).toBe(true);

    for (const said of [now() - day, undefined, 0, 1e300, (now() - day) * 1000, now() + day]) {
      idp.claims({ auth_time: said });
      // In a new session, and in one that was stale or fresh before.
      expect([said, await isFresh(world, (await world.enter("ann")).cookie)]).toEqual([said, false]);
      const again = await world.enter("ann", { browser: ann.browser });
      expect(pageOf(again.landing)).toBe("/auth/signed-in?to=%2F");
      expect([said, await isFresh(world, again.cookie), await world.who(again.cookie)]).toEqual([said, false, "ann"]);
    }

    // A provider's clock that is a little ahead gives no more than now.
    idp.claims({ auth_time: now() + 30 });
    await world.enter("ann", { browser: ann.browser });
    const { sessions } = world.app.db.tables;
    const all = await world.app.db.select().from(sessions);
    expect(all.filter(({ authenticatedAt }) => authenticatedAt.getTime() > Date.now())).toEqual([]);
    expect(await isFresh(world, ann.browser.cookie(world.app.url) ?? "")).toBe(true);
  });

  test("a password that was asked for beside the provider makes the session fresh, whatever the provider says", async () => {
    await using world = await startOidcWorld(dialect, { settings: { EMAIL_VERIFICATION: "optional" } });
    await world.register("anna", "ann@example.com", { isVerified: true });
    world.idp.claims({ auth_time: now() - day });
    const ann = await world.enter("ann");
    const id = new URL(ann.landing.url).searchParams.get("t");
    await ann.browser.mutate(world.app.url, "auth.oidc.confirm", { id, password });
    expect(await isFresh(world, ann.browser.cookie(world.app.url) ?? "")).toBe(true);
  });
});

async function isFresh({ app }: OidcWorld, cookie: string): Promise<boolean> {
  const answer = await app.http("auth.oidc.start", { input: { provider: "idp", purpose: "link" }, cookie });
  if (answer.status === 200) return true;
  expect(await answer.json()).toMatchObject({ error: { data: { reason: "REAUTH" } } });
  return false;
}
