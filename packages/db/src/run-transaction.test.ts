import { setTimeout as pause } from "node:timers/promises";

import { eq, sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, postgresDialect } from "@app/services/databases";

import { type Database, forUpdate, Patience, type Transaction, UniqueViolation } from "./index.ts";
import { newUser, openTestDatabase } from "./test/open-test-database.ts";

describeDatabases((dialect) => {
  test("what a transaction writes is seen by itself at once, and by others after the commit", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    const result = await db.transaction(async (tx) => {
      await tx.insert(db.tables.users).values(newUser("ann"));
      expect(await userIds(tx)).toEqual(["ann"]);
      expect(await userIds(db)).toEqual([]);
      return "done";
    });

    expect(result).toBe("done");
    expect(await userIds(db)).toEqual(["ann"]);
  });

  test("a body that throws leaves nothing behind, and its own error comes out", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const refusal = new Error("no");

    await expect(
      db.transaction(async (tx) => {
        await tx.insert(db.tables.users).values(newUser("ann"));
        await pause(5);
        throw refusal;
      }),
    ).rejects.toBe(refusal);

    expect(await userIds(db)).toEqual([]);
    await db.transaction((tx) => insertUser(tx, "bob"));
    expect(await userIds(db)).toEqual(["bob"]);
  });

  test("a transaction that cannot begin as long as its caller is patient is refused then, and does nothing; one that may wait longer does it", async () => {
    await using opened = await openTestDatabase(dialect, { poolSize: 2 });
    const { db } = opened;
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    // The only one there may be at a time: of two connections, one is left to single statements.
    const holding = db.transaction(async () => {
      begin();
      await mayEnd;
    });
    await hasBegun;

    const from = performance.now();
    const patient = new Patience(60_000).run(() => db.transaction((tx) => insertUser(tx, "patient")));
    const hasty = new Patience(100).run(() => db.transaction((tx) => insertUser(tx, "hasty")));
    const late = new Patience(0).run(() => db.transaction((tx) => insertUser(tx, "late")));
    await expect(late).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
    await expect(hasty).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
    // Of itself it would have been patient for five seconds.
    expect(performance.now() - from).toBeLessThan(2500);
    end();
    await Promise.all([holding, patient]);

    expect(await userIds(db)).toEqual(["patient"]);
  });

  test("a savepoint that throws undoes its own work and not that before it", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    await db.transaction(async (tx) => {
      await insertUser(tx, "ann");
      await expect(
        tx.savepoint(async (inner) => {
          await insertUser(inner, "bob");
          await inner.savepoint((innermost) => insertUser(innermost, "cid"));
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      await tx.savepoint((inner) => insertUser(inner, "dan"));
    });

    expect(await userIds(db)).toEqual(["ann", "dan"]);
  });

  test("a failed statement within a savepoint does not end the transaction", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    await db.transaction(async (tx) => {
      await insertUser(tx, "ann");
      await expect(tx.savepoint((inner) => insertUser(inner, "ann"))).rejects.toThrow(UniqueViolation);
      await insertUser(tx, "bob");
    });

    expect(await userIds(db)).toEqual(["ann", "bob"]);
  });

  test("a body that swallows the failure of a statement is not committed, and its effects do not run", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await insertUser(db, "ann");
    const effect = vi.fn<() => void>();

    const attempt = db.transaction(async (tx) => {
      tx.afterCommit(effect);
      await insertUser(tx, "bob");
      await insertUser(tx, "ann").catch(() => {});
    });

    await expect(attempt).rejects.toThrow("Put what may fail into `tx.savepoint`");
    await expect(attempt).rejects.toHaveProperty("cause", expect.any(UniqueViolation));
    expect(await userIds(db)).toEqual(["ann"]);
    expect(effect).not.toHaveBeenCalled();
  });

  test("after a failed statement the next one is refused", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await insertUser(db, "ann");

    const attempt = db.transaction(async (tx) => {
      await expect(insertUser(tx, "ann")).rejects.toThrow(UniqueViolation);
      await expect(insertUser(tx, "bob")).rejects.toThrow("can only be rolled back");
    });

    await expect(attempt).rejects.toThrow("can only be rolled back");
    expect(await userIds(db)).toEqual(["ann"]);
  });

  test("fifty that read, wait and write back at once lose no update", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    await insertUser(db, "ann");
    await db.update(db.tables.users).set({ firstName: "0" });

    await Promise.all(Array.from({ length: 50 }, () => db.transaction((tx) => increment(tx, { locks: true }))));

    const [ann] = await db.select().from(db.tables.users);
    expect(ann?.firstName).toBe("50");
  });

  test("effects run after the commit, in order, each transaction's before the next one's", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const order: string[] = [];

    await db.transaction(async (tx) => {
      tx.afterCommit(() => order.push("first"));
      await insertUser(tx, "ann");
      await tx.savepoint(async (inner) => inner.afterCommit(() => order.push("second")));
      await tx
        .savepoint(async (inner) => {
          inner.afterCommit(() => order.push("undone"));
          throw new Error("no");
        })
        .catch(() => {});
      tx.afterCommit(() => order.push("third"));
      order.push("body");
    });

    expect(order).toEqual(["body", "first", "second", "third"]);
  });

  test("when an effect runs, others can see what was committed", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const { promise: seen, resolve } = Promise.withResolvers<unknown>();

    await db.transaction(async (tx) => {
      await insertUser(tx, "ann");
      tx.afterCommit(() => resolve(userIds(db)));
    });

    expect(await seen).toEqual(["ann"]);
  });

  test("effects never run when the transaction rolls back", async () => {
    await using opened = await openTestDatabase(dialect);
    const effect = vi.fn<() => void>();

    const attempt = opened.db.transaction(async (tx) => {
      tx.afterCommit(effect);
      throw new Error("no");
    });

    await expect(attempt).rejects.toThrow("no");
    expect(effect).not.toHaveBeenCalled();
  });

  test("an effect that throws, or rejects, is reported and keeps no other from running", async () => {
    const errors: unknown[] = [];
    await using opened = await openTestDatabase(dialect, { onError: (error) => errors.push(error) });
    const effect = vi.fn<() => void>();

    await opened.db.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error("thrown");
      });
      // The type lets an async function pass as one that answers nothing, so it has to be borne.
      const rejects = (): unknown => Promise.reject(new Error("rejected"));
      tx.afterCommit(rejects);
      tx.afterCommit(effect);
      await insertUser(tx, "ann");
    });

    expect(effect).toHaveBeenCalledOnce();
    expect(errors.map(String)).toEqual(["Error: thrown", "Error: rejected"]);
    expect(await userIds(opened.db)).toEqual(["ann"]);
  });

  test("a transaction that does not end is rolled back, lets the others in, and what it does later fails", async () => {
    await using opened = await openTestDatabase(dialect, { transactionTimeoutMs: 100 });
    const { db } = opened;
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    let late: Promise<void> | undefined;

    const stuck = db.transaction(async (tx) => {
      await insertUser(tx, "ann");
      await mayGoOn;
      late = insertUser(tx, "bob");
      await late;
    });
    const next = db.transaction((tx) => insertUser(tx, "cid"));

    await expect(stuck).rejects.toThrow("did not end within 100 ms");
    await next;
    goOn();
    await vi.waitFor(() => expect(late).toBeDefined());
    await expect(late).rejects.toThrow("This transaction has ended");
    expect(await userIds(db)).toEqual(["cid"]);
  });

  test("within a transaction `db` does not write and begins no other, and the message names the cure", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    await db.transaction(async (tx) => {
      await expect(insertUser(db, "bob")).rejects.toThrow("Use the `tx`");
      await expect(db.transaction((other) => insertUser(other, "bob"))).rejects.toThrow("Use the `tx`");
      await insertUser(tx, "ann");
    });

    await insertUser(db, "cid");
    expect(await userIds(db)).toEqual(["ann", "cid"]);
  });

  test("a transaction does not keep an unrelated database from being written", async () => {
    await using opened = await openTestDatabase(dialect);
    await using other = await openTestDatabase(dialect);

    await opened.db.transaction(() => insertUser(other.db, "ann"));

    expect(await userIds(other.db)).toEqual(["ann"]);
  });

  test("a transaction that is used after its end throws, and writes nothing", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    let leaked: Transaction | undefined;
    let leakedInner: Transaction | undefined;
    await db.transaction(async (tx) => {
      leaked = tx;
      await tx.savepoint(async (inner) => {
        leakedInner = inner;
      });
    });

    for (const tx of [leaked, leakedInner]) {
      if (!tx) throw new Error("The body did not run.");
      await expect(insertUser(tx, "ann")).rejects.toThrow("This transaction has ended");
      await expect(tx.savepoint((inner) => insertUser(inner, "ann"))).rejects.toThrow("This transaction has ended");
      expect(() => tx.afterCommit(() => {})).toThrow("This transaction has ended");
    }
    expect(await userIds(db)).toEqual([]);
  });

  test("while a savepoint is open the transaction around it is not used, nor a second savepoint beside it", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    await db.transaction(async (tx) => {
      await tx.savepoint(async (inner) => {
        await expect(insertUser(tx, "ann")).rejects.toThrow("A savepoint is open");
        await expect(tx.savepoint((beside) => insertUser(beside, "ann"))).rejects.toThrow("A savepoint is open");
        await insertUser(inner, "bob");
      });
    });

    expect(await userIds(db)).toEqual(["bob"]);
  });

  test("a body that leaves a savepoint running is rolled back, and the leftover writes nothing", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let leftover: Promise<void> | undefined;

    const attempt = db.transaction(async (tx) => {
      await insertUser(tx, "ann");
      leftover = tx.savepoint(async (inner) => {
        begun.resolve();
        await over.promise;
        await insertUser(inner, "bob");
      });
      leftover.catch(() => {});
      await begun.promise;
    });

    await expect(attempt).rejects.toThrow("A savepoint is open");
    over.resolve();
    await expect(leftover).rejects.toThrow("This transaction has ended");
    expect(await userIds(db)).toEqual([]);
  });

  test("work begun in a body and left to run after its end may write by `db`", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;
    let later: Promise<void> | undefined;

    await db.transaction(async () => {
      later = pause(20).then(() => insertUser(db, "ann"));
    });
    await later;

    expect(await userIds(db)).toEqual(["ann"]);
  });

  test("many transactions and single writes at once all come through", async () => {
    await using opened = await openTestDatabase(dialect);
    const { db } = opened;

    await Promise.all(
      Array.from({ length: 60 }, (_, number) => {
        if (number % 3 === 0) return insertUser(db, `user-${number}`);
        if (number % 3 === 1) return db.transaction((tx) => insertUser(tx, `user-${number}`));
        return db
          .transaction(async (tx) => {
            await insertUser(tx, `user-${number}`);
            throw new Error("no");
          })
          .catch(() => {});
      }),
    );

    expect(await userIds(db)).toHaveLength(40);
  });
});

test("postgres: without forUpdate, fifty that read, wait and write back lose updates", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db } = opened;
  await insertUser(db, "ann");
  await db.update(db.tables.users).set({ firstName: "0" });

  await Promise.all(Array.from({ length: 50 }, () => db.transaction((tx) => increment(tx, { locks: false }))));

  const [ann] = await db.select().from(db.tables.users);
  expect(Number(ann?.firstName)).toBeLessThan(50);
});

async function userIds(db: Database | Transaction): Promise<string[]> {
  const { users } = db.tables;
  const rows = await db.select({ id: users.id }).from(users).orderBy(users.id);
  return rows.map(({ id }) => id);
}

async function insertUser(db: Database | Transaction, id: string): Promise<void> {
  await db.insert(db.tables.users).values(newUser(id));
}

async function increment(tx: Transaction, options: { readonly locks: boolean }): Promise<void> {
  const { users } = tx.tables;
  const query = tx.select().from(users).where(eq(users.id, "ann"));
  const [ann] = options.locks ? await forUpdate(tx, query) : await query;
  await pause(1);
  await tx
    .update(users)
    .set({ firstName: String(Number(ann?.firstName) + 1) })
    .where(sql`${users.id} = 'ann'`);
}
