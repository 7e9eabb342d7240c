import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";

import { hostileAnswers } from "../identity-provider/hostile/hostile-answer.ts";
import { startRenewing } from "../test/start-renewing.ts";

type Renewing = Awaited<ReturnType<typeof startRenewing>>;

const ends: Readonly<Record<string, (renewing: Renewing) => Promise<unknown>>> = {
  "is signed out": ({ app, ann }) => app.http("auth.logout", { cookie: ann.cookie }),
  "is signed out at the provider": async ({ app, idp }) =>
    fetch(`${app.url}/auth/oidc/idp/backchannel-logout`, {
      method: "POST",
      body: new URLSearchParams({ logout_token: await idp.logoutToken("ann") }),
    }),
  "disconnects the provider": async ({ app, ann }) => {
    const { identities } = app.db.tables;
    const [identity] = await app.db.select().from(identities);
    return app.http("account.identities.unlink", { cookie: ann.cookie, input: { id: identity?.id } });
  },
  "is deleted": ({ app }) => app.db.delete(app.db.tables.users),
};

describeDatabases((dialect) => {
  test.each(Object.entries(ends))(
    "who %s while the provider is asked for their token gets nothing by its answer",
    async (_, end) => {
      await using renewing = await startAsked(dialect);
      const answer = await end(renewing);
      if (answer instanceof Response && answer.status !== 200) throw new Error(await answer.text());
      await renewing.answered();
      expect(await renewing.given()).toEqual({ groups: 0, identityGroups: 0, tokens: [] });
    },
  );

  test("who does nothing meanwhile gets what it says", async () => {
    await using renewing = await startAsked(dialect);
    await renewing.answered();
    expect(await renewing.given()).toEqual({ groups: 1, identityGroups: 1, tokens: [2] });
  });
});

/** Ann, whose provider is being asked for her next token, unasked, and will say that she is in a group. */
async function startAsked(dialect: TestDialect) {
  const provider = { groupsClaim: "groups", groups: { works: "staff" } };
  const renewing = await startRenewing(dialect, provider, 3600, { settings: { OIDC_RENEW_SECONDS: 1 } });
  const { app, ann, idp } = renewing;
  const { groupMembers, identityGroups, users } = app.db.tables;
  await app.auth.rights.setGroup("staff", ["users.view"]);
  // So that the provider is not the last way in.
  await app.db.update(users).set({ passwordHash: "of a password" }).where(eq(users.username, "ann"));
  await app.http("who", { method: "GET", cookie: ann.cookie });
  idp.claims({ groups: ["works"] });
  idp.answer("token", hostileAnswers.slow(1500));
  await renewing.endSoon();
  await expect.poll(renewing.refreshes, { timeout: 8000 }).toBe(1);
  return {
    ...renewing,
    /** A server that stops waits for what it has begun. */
    answered: () => app.app.close({ drainMs: 0, finishMs: 4000 }),
    async given() {
      const [groups, ofIdentities] = await Promise.all(
        [groupMembers, identityGroups].map((table) => app.db.$count(table)),
      );
      return { groups, identityGroups: ofIdentities, tokens: (await renewing.rows()).map(({ version }) => version) };
    },
  };
}
