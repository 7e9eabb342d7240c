import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { countWaiting } from "../test/row-locks.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  // On SQLite there is one writer.
  test.runIf(dialect.name === "postgres")(
    "an address that somebody else gets while an account is completed keeps it from nobody: it waits for it, as when it was theirs before",
    async () => {
      await using world = await startOidcWorld(dialect, {
        settings: { EMAIL_REQUIRED: true, EMAIL_VERIFICATION: "optional" },
        idp: { users: [{ name: "ann", email: null }] },
      });
      const { app } = world;
      const ann = await world.enter("ann");
      const id = new URL(ann.landing.url).searchParams.get("t");
      const { users } = app.db.tables;
      const email = "ann@example.com";

      const { completing } = await app.db.transaction(async (tx) => {
        const other = { id: "other", username: "other", usernameKey: "other", createdAt: new Date() };
        await tx.insert(users).values({ ...other, email, emailKey: email });
        const begun = ann.browser.mutate(app.url, "auth.oidc.complete", { id, username: "ann", email });
        await vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(1), { timeout: 5000 });
        return { completing: begun };
      });

      expect(await completing).toMatchObject({ next: "signed_in", user: { username: "ann" } });
      expect(await world.userOf("ann")).toMatchObject({ email, emailKey: null });
      expect(await world.identities()).toMatchObject([{ subject: "ann" }]);
    },
  );
});
