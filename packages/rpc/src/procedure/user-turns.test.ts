import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { Patience, patienceLeftMs } from "@countersign/db";

import { startTestApp } from "../testing/test-app.ts";

import { createProcedures } from "./procedures.ts";
import { UserTurns } from "./user-turns.ts";

const { router, protectedProcedure } = createProcedures({ permissions: [] });

describeDatabases((dialect) => {
  for (const alone of [true, false]) {
    test(`a burst of one user's writes does not keep another's waiting${alone ? ", though each must be alone" : ""}`, async () => {
      await using database = await dialect.create();
      const written: string[] = [];
      const writing = protectedProcedure.mutation(({ ctx }) =>
        ctx.transaction(
          async () => {
            await pause(5);
            written.push(ctx.user.username);
          },
          { alone },
        ),
      );
      await using app = await startTestApp({ router: router({ writing }), databaseUrl: database.url });
      const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
      await using burst = await ann.open();
      await using other = await bob.open();

      const all = Array.from({ length: 60 }, () => burst.mutate("writing"));
      await expect.poll(() => written.length).toBeGreaterThan(2);
      expect(await other.mutate("writing")).toHaveProperty("result");

      expect(written.indexOf("bob")).toBeLessThan(30);
      for (const answer of await Promise.all(all)) expect(answer).toHaveProperty("result");
      expect(written.length).toBe(61);
    });
  }
});

test("who must be alone is, those who need not be go past, and what fails lets the next one in", async () => {
  const turns = new UserTurns();
  const order: string[] = [];
  const step = (name: string, ms: number) => async () => {
    order.push(`${name} begins`);
    await pause(ms);
    order.push(`${name} ends`);
    if (name === "first") throw new Error("as it may");
  };
  const first = turns.run("ann", true, step("first", 30));
  const second = turns.run("ann", true, step("second", 0));
  const past = turns.run("ann", false, step("past", 0));
  await expect(first).rejects.toThrow("as it may");
  await Promise.all([second, past]);
  expect(order.indexOf("past ends")).toBeLessThan(order.indexOf("first ends"));
  expect(order.slice(-3)).toEqual(["first ends", "second begins", "second ends"]);
});

test("what was waited for the turn is not waited for the database once more", async () => {
  const turns = new UserTurns();
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const left: number[] = [];

  for (const isAlone of [true, false]) {
    const holding = Array.from({ length: isAlone ? 1 : 4 }, () => turns.run("ann", isAlone, () => held));
    void new Patience(1000).run(() => turns.run("ann", isAlone, async () => void left.push(patienceLeftMs())));
    void Promise.all(holding);
  }
  await pause(200);
  letGo();
  await expect.poll(() => left.length).toBe(2);

  for (const leftMs of left) {
    expect(leftMs).toBeLessThanOrEqual(810);
    expect(leftMs).toBeGreaterThan(0);
  }
});
