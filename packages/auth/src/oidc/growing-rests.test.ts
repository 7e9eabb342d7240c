import { expect, test } from "vitest";

import { GrowingRests } from "./growing-rests.ts";

function start({ after = 1 } = {}) {
  let now = 0;
  const rests = new GrowingRests({ clock: { now: () => now }, after, firstMs: 100, longestMs: 350 });
  return {
    rests,
    setClock: (time: number) => void (now = time),
    /** How long it rests after one more failure. */
    failFor: (who: string): number => {
      rests.fail(who);
      const from = now;
      while (rests.isResting(who)) now += 1;
      return now - from;
    },
  };
}

test("whoever fails is left alone for longer each time, up to a bound, and from the beginning once it has worked", () => {
  const { rests, failFor } = start();
  expect([failFor("a"), failFor("a"), failFor("a"), failFor("a"), failFor("b")]).toEqual([100, 200, 350, 350, 100]);
  rests.succeed("a");
  expect(failFor("a")).toBe(100);
});

test("one failure on end too few brings no rest, and those that come during a rest do not make it longer", () => {
  const { rests, failFor } = start({ after: 3 });
  expect([failFor("a"), failFor("a")]).toEqual([0, 0]);
  rests.succeed("a");
  expect([failFor("a"), failFor("a"), failFor("a")]).toEqual([0, 0, 100]);
  rests.fail("a");
  for (let late = 0; late < 9; late += 1) rests.fail("a");
  expect(failFor("a")).toBe(200);
  expect(failFor("a")).toBe(350);
});

test("a clock that is set back keeps nobody resting, and what is kept is bounded", () => {
  const { rests, setClock } = start();
  rests.fail("a");
  setClock(-3_600_000);
  expect(rests.isResting("a")).toBe(false);
  for (let who = 0; who < 100_100; who += 1) rests.fail(`${who}`);
  expect([rests.isResting("0"), rests.isResting("100099")]).toEqual([false, true]);
});
