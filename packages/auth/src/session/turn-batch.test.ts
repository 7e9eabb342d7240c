import { expect, test } from "vitest";

import { createTurnBatch } from "./turn-batch.ts";

interface Row {
  readonly key: string;
  readonly value: number;
}

function createReader(table: ReadonlyMap<string, number>) {
  const sent: (readonly string[])[] = [];
  let answer = Promise.resolve();
  const read = createTurnBatch<Row>({
    async read(keys) {
      sent.push(keys);
      const rows = keys.flatMap((key) => (table.has(key) ? [{ key, value: table.get(key) ?? 0 }] : []));
      await answer;
      return rows;
    },
    keyOf: (row) => row.key,
  });
  return { read, sent, holdAnswers: (until: Promise<void>) => void (answer = until) };
}

test("what is asked in one turn is one read, and each gets its own rows", async () => {
  const { read, sent } = createReader(
    new Map([
      ["ann", 1],
      ["bob", 2],
    ]),
  );

  await expect(Promise.all(["ann", "bob", "ann", "eve"].map(read))).resolves.toEqual([
    [{ key: "ann", value: 1 }],
    [{ key: "bob", value: 2 }],
    [{ key: "ann", value: 1 }],
    [],
  ]);
  expect(sent).toEqual([["ann", "bob", "eve"]]);
});

test("a question never joins a read that was sent before it was asked", async () => {
  const table = new Map([["ann", 1]]);
  const { read, sent, holdAnswers } = createReader(table);
  const gate = Promise.withResolvers<void>();
  holdAnswers(gate.promise);

  const before = read("ann");
  while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  table.delete("ann");
  const after = read("ann");
  gate.resolve();

  await expect(before).resolves.toHaveLength(1);
  await expect(after).resolves.toHaveLength(0);
});

test("a read that fails fails for all who asked, and the next is tried anew", async () => {
  let isAway = true;
  const read = createTurnBatch<Row>({
    read: (keys) => (isAway ? Promise.reject(new Error("away")) : keys.map((key) => ({ key, value: 1 }))),
    keyOf: (row) => row.key,
  });

  const failed = await Promise.allSettled([read("ann"), read("bob")]);
  isAway = false;

  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(read("ann")).resolves.toHaveLength(1);
});
