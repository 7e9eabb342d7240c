import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { forUpdate } from "@countersign/db";

import { countWaiting } from "../test/row-locks.ts";
import { errorOf } from "../test/start-oidc-app.ts";
import { startOidcWorld } from "../test/start-oidc-world.ts";

describeDatabases((dialect) => {
  // On SQLite there is one writer.
  test.runIf(dialect.name === "postgres")(
    "nobody who comes in is refused because what is over is cleared away at that moment",
    async () => {
      await using world = await startOidcWorld(dialect);
      const { app, idp } = world;
      idp.claims({ sid: "one" });
      await world.enter("ann");
      const { providerLogouts: table } = app.db.tables;
      // As they lie once she has come in some times: what names her before what names her session there.
      const rows = await app.db.select().from(table).orderBy(table.jtiHash);
      expect(rows.map(({ jtiHash }) => jtiHash.slice(0, 4))).toEqual(["sid ", "sub "]);
      await app.db.delete(table);
      for (const row of rows.toReversed()) await app.db.insert(table).values(row);
      const turn = Promise.withResolvers<void>();
      const pruned = turn.promise.then(() => app.auth.oidc.prune());

      const { entering } = await app.db.transaction(async (tx) => {
        const isSession = eq(table.jtiHash, rows[0]?.jtiHash ?? "");
        await forUpdate(tx, tx.select({ issuer: table.issuer }).from(table).where(isSession));
        const begun = world.enter("ann");
        await waiting(1);
        turn.resolve();
        await Promise.race([waiting(2), pruned]);
        return { entering: begun };
      });

      expect(errorOf((await entering).landing)).toBeNull();
      await pruned;
      await app.auth.oidc.prune();
      expect(await app.db.$count(table)).toBe(0);

      function waiting(count: number) {
        return vi.waitFor(async () => expect(await countWaiting(app.db)).toBe(count), { timeout: 5000 });
      }
    },
  );
});
