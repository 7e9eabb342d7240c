import { expect, test } from "vitest";

import { placeAt, type Ranked } from "./rank.ts";

const column = (...ranks: readonly number[]): readonly Ranked[] =>
  ranks.map((rank, index) => ({ id: `t${index}`, rank }));

test("a row is put before, between and behind the others without moving any", () => {
  expect(placeAt([], 0, "new")).toEqual([{ id: "new", rank: 0 }]);
  expect(placeAt(column(10, 20), 1, "new")).toEqual([{ id: "new", rank: 15 }]);
  const [first] = placeAt(column(10, 20), 0, "new");
  const [last] = placeAt(column(10, 20), 2, "new");
  expect(first?.rank).toBeLessThan(10);
  expect(last?.rank).toBeGreaterThan(20);
  expect(placeAt(column(10, 20), 7, "new")).toEqual([last]);
});

test("where two stand side by side, as few as needed make room", () => {
  const changes = placeAt(column(1, 2, 3, 2 ** 40), 1, "new");
  expect(changes.map(({ id }) => id)).toEqual(["new", "t1", "t2"]);
  expect(orderAfter(column(1, 2, 3, 2 ** 40), changes)).toEqual(["t0", "new", "t1", "t2", "t3"]);
});

test("rows of the same rank are told apart again", () => {
  const same = column(7, 7, 7);
  expect(orderAfter(same, placeAt(same, 1, "new"))).toEqual(["t0", "new", "t1", "t2"]);
});

test("wherever three hundred rows are put, each stands where it was put, with a whole number for a rank", () => {
  let rows: readonly Ranked[] = [];
  for (let count = 0; count < 300; count += 1) {
    // Always in second place, which halves the same gap again and again, or somewhere.
    const index = count % 3 === 0 ? Math.min(1, rows.length) : (count * 7919) % (rows.length + 1);
    const changes = placeAt(rows, index, `n${count}`);
    const wanted = rows.map(({ id }) => id).toSpliced(index, 0, `n${count}`);
    rows = apply(rows, changes);
    expect(rows.map(({ id }) => id)).toEqual(wanted);
    expect(rows.every(({ rank }) => Number.isSafeInteger(rank))).toBe(true);
  }
});

function orderAfter(rows: readonly Ranked[], changes: readonly Ranked[]): readonly string[] {
  return apply(rows, changes).map(({ id }) => id);
}

function apply(rows: readonly Ranked[], changes: readonly Ranked[]): readonly Ranked[] {
  const ranks = new Map([...rows, ...changes].map(({ id, rank }) => [id, rank]));
  return [...ranks].map(([id, rank]) => ({ id, rank })).toSorted((a, b) => a.rank - b.rank);
}
