import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { startTestApp } from "../testing/test-app.ts";

import { HolderTurns } from "./holder-turns.ts";
import { createProcedures } from "./procedures.ts";

const { createCallerFactory, router, protectedProcedure } = createProcedures({ permissions: [] });

describeDatabases((dialect) => {
  test("a burst of one user's queries does not keep another's waiting", async () => {
    await using database = await dialect.create();
    const answered: string[] = [];
    // Held by the event loop, as a long search on SQLite is.
    const search = protectedProcedure.query(async ({ ctx }) => {
      const end = performance.now() + 5;
      while (performance.now() < end);
      await ctx.db.ping();
      answered.push(ctx.user.username);
    });
    await using app = await startTestApp({ router: router({ search }), databaseUrl: database.url });
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using burst = await ann.open();
    await using other = await bob.open();

    const all = Array.from({ length: 150 }, () => burst.query("search"));
    await expect.poll(() => answered.length).toBeGreaterThan(0);
    expect(await other.query("search")).toHaveProperty("result");

    expect(answered.indexOf("bob")).toBeLessThan(75);
    for (const answer of await Promise.all(all)) expect(answer).toHaveProperty("result");
    expect(answered).toHaveLength(151);
  });

  test("a query that calls other procedures does not wait for itself", async () => {
    await using database = await dialect.create();
    const inner = router({ name: protectedProcedure.query(({ ctx }) => ctx.user.username) });
    const createCaller = createCallerFactory(inner);
    const outer = protectedProcedure.query(({ ctx }) => createCaller({ caller: ctx.caller }).name());
    await using app = await startTestApp({ router: router({ outer }), databaseUrl: database.url });
    await using socket = await (await app.signIn("ann")).open();

    const answers = await Promise.all(Array.from({ length: 20 }, () => socket.query("outer")));

    expect(answers.map((answer) => answer.result?.data)).toEqual(answers.map(() => "ann"));
  });
});

test("so many readings of one holder run at a time, in the order they came, while others' run at once", async () => {
  const turns = new HolderTurns(2);
  const log: string[] = [];
  const read = (name: string, holder: string) =>
    turns.run(holder, async () => {
      log.push(`${name} begins`);
      await pause(20);
      log.push(`${name} ends`);
    });

  await Promise.all([read("a", "ann"), read("b", "ann"), read("c", "ann"), read("d", "bob")]);

  expect(log.slice(0, 3)).toEqual(["a begins", "b begins", "d begins"]);
  expect(log.indexOf("c begins")).toBeGreaterThan(log.indexOf("a ends"));
});

test("a reading that fails gives its turn on, and one whose turn does not come in time is refused", async () => {
  const turns = new HolderTurns(1);
  await expect(turns.run("ann", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = turns.run("ann", () => promise);
  await expect(turns.run("ann", async () => {}, 20)).rejects.toMatchObject({ name: "DatabaseUnavailable" });
  resolve();
  await first;
  await expect(turns.run("ann", async () => "read")).resolves.toBe("read");
});

test("whoever waits for somebody else gives the turn up meanwhile, and goes on with a turn", async () => {
  const turns = new HolderTurns(1);
  const [answer, brief] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  const log: string[] = [];
  const first = turns.run("ann", async (turn) => {
    log.push(await turn.outside(() => answer.promise));
  });
  const second = turns.run("ann", async () => {
    log.push("second");
    await brief.promise;
  });
  const third = turns.run("ann", async () => void log.push("third"));
  await expect.poll(() => log).toEqual(["second"]);
  answer.resolve("answered");
  await pause(20);
  // The answer is there; the turn is not.
  expect(log).toEqual(["second"]);
  brief.resolve();
  await Promise.all([first, second, third]);
  expect(log).toEqual(["second", "third", "answered"]);
});

test("a turn that was given up is taken once, if somebody is left who needs it, and never kept", async () => {
  const turns = new HolderTurns(1);
  const late = Promise.withResolvers<void>();
  const left = await turns.run("ann", async (turn) => {
    await Promise.all([turn.outside(() => pause(5)), turn.outside(() => pause(10))]);
    await expect(turn.outside(() => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    // As a third reading would: there is one place, and it is taken.
    await expect(turns.run("ann", async () => {}, 20)).rejects.toMatchObject({ name: "DatabaseUnavailable" });
    return { waiting: turn.outside(() => late.promise) };
  });
  await expect(turns.run("ann", async () => "read", 20)).resolves.toBe("read");
  late.resolve();
  await left.waiting;
  await expect(turns.run("ann", async () => "read", 20)).resolves.toBe("read");
});

test("however many holders come and go, what is kept of them is bounded", async () => {
  const turns = new HolderTurns(1);
  for (let holder = 0; holder < 5000; holder += 1) {
    await turns.run(`${holder}`, async () => {});
    // As between calls: whoever has left after a long run has left when the event loop has gone round.
    if (holder % 100 === 0) await new Promise(setImmediate);
  }
  expect(turns.kept).toBeLessThanOrEqual(1000);
});
