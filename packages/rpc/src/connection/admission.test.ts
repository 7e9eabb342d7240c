import { expect, test } from "vitest";

import { Admission } from "./admission.ts";

const patient = { longest: 1000, patienceMs: 10_000 };

test("whoever comes in order is let in in order, a few in each turn of the event loop", async () => {
  const admission = new Admission(patient);
  const order: number[] = [];
  const turns: number[] = [];
  let turn = 0;
  const counting = setInterval(() => {}, 1000);
  const count = () => {
    turn += 1;
    if (order.length < 20) setImmediate(count);
  };
  setImmediate(count);

  const all = Array.from({ length: 20 }, async (_, index) => {
    const leave = await admission.enter("one");
    order.push(index);
    turns.push(turn);
    leave?.();
  });
  await Promise.all(all);

  clearInterval(counting);
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  const perTurn = Map.groupBy(turns, (one) => one)
    .values()
    .map((group) => group.length)
    .toArray();
  expect(Math.max(...perTurn)).toBe(4);
});

test("no more than 64 are inside at a time, and a place that is given back is taken", async () => {
  const admission = new Admission(patient);
  const leaves: (() => void)[] = [];
  for (let index = 0; index < 70; index += 1) {
    void admission.enter("one").then((leave) => leave && leaves.push(leave));
  }
  await expect.poll(() => leaves.length).toBe(64);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([leaves.length, admission.size]).toEqual([64, 6]);

  leaves[0]?.();
  // Twice gives one place.
  leaves[0]?.();
  await expect.poll(() => leaves.length).toBe(65);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([leaves.length, admission.size]).toEqual([65, 5]);
});

test("beyond the longest queue one is refused at once, below it nobody is", async () => {
  const admission = new Admission({ ...patient, longest: 3 });
  const results = await Promise.all(
    Array.from({ length: 4 }, () => admission.enter("one").then((leave) => (leave ? "in" : "refused"))),
  );
  expect(results).toEqual(["in", "in", "in", "refused"]);
});

test("who waits longer than the patience is refused, and takes no place", async () => {
  const admission = new Admission({ longest: 100, patienceMs: 50 });
  const inside = await Promise.all(Array.from({ length: 64 }, () => admission.enter("one")));
  expect(inside).not.toContain(null);
  expect(await admission.enter("one")).toBeNull();
  expect(admission.size).toBe(0);
  inside[0]?.();
  expect(await admission.enter("one")).not.toBeNull();
});

test("those of an address are counted while they wait, and not any more when they are in or have given up", async () => {
  const admission = new Admission({ longest: 100, patienceMs: 50 });
  const waiting = Array.from({ length: 70 }, (_, index) => admission.enter(index < 66 ? "one" : "other"));
  expect([admission.countOf("one"), admission.countOf("other"), admission.countOf("nobody")]).toEqual([66, 4, 0]);
  await Promise.all(waiting);
  expect([admission.countOf("one"), admission.countOf("other"), admission.size]).toEqual([0, 0, 0]);
});
