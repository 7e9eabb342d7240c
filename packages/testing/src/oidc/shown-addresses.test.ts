import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { LinkedIdentity } from "@countersign/contract";

import { startOidcWorld } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  test("an address is shown as verified only while the provider says that it has verified it", async () => {
    await using world = await startOidcWorld(dialect);
    const { app, idp } = world;
    const shown = async (cookie: string) => {
      const answer = await app.http("account.identities.list", { method: "GET", cookie });
      return ((await answer.json()) as { result: { data: LinkedIdentity[] } }).result.data;
    };
    for (const emailVerified of [false, true, false]) {
      idp.setUser({ name: "ann", emailVerified });
      const { cookie } = await world.enter("ann");

      const { id } = await world.userOf("ann");
      const facts = [{ email: "ann@example.com", isEmailVerified: emailVerified }];
      expect(await shown(cookie)).toMatchObject(facts);
      const ofAdmin = await app.auth.admin.users.find(id, id);
      expect(ofAdmin?.identities).toMatchObject(facts);
    }
    idp.setUser({ name: "bob", email: null });
    const { cookie } = await world.enter("bob");
    expect(await shown(cookie)).toMatchObject([{ email: null, isEmailVerified: false }]);
  });
});
