import { expect, test } from "vitest";

import { FloodDoors } from "./flood-doors.ts";

test("a door that is shut opens after ten seconds, and is shut for ten more when that is said again", () => {
  const doors = new FloodDoors();
  doors.shut("ann", 0);
  doors.shut("ann", 4000);
  expect([doors.isShut("ann", 13_999), doors.isShut("bob", 5000)]).toEqual([true, false]);
  expect(doors.isShut("ann", 14_000)).toBe(false);
});

test("of very many it remembers those that were shut last", () => {
  const doors = new FloodDoors();
  for (let index = 0; index <= 10_000; index += 1) doors.shut(String(index), 0);
  expect(["0", "1", "10000"].map((key) => doors.isShut(key, 1))).toEqual([false, true, true]);
});
