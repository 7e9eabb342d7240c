import { expect, test } from "vitest";

import { readArguments } from "./read-arguments.ts";
import { faults } from "./test/made-faults.ts";

const read = (...words: readonly string[]) => {
  const { wanted, ...others } = readArguments(words, faults);
  return { ...others, wanted: wanted.map(({ name }) => name) };
};

test("several faults are named, or all; without a name none is wanted", () => {
  expect(read("hangs", "ends", "--short", "--seed", "3", "--record")).toEqual({
    wanted: ["ends", "hangs"],
    length: "short",
    seed: 3,
    isRecorded: true,
  });
  expect(read("all").wanted).toEqual(faults.map(({ name }) => name));
  expect(read()).toEqual({ wanted: [], length: "long", seed: 1, isRecorded: false });
});

test.each([
  [["passes", "fire"], /"fire"[^]*passes/],
  [["passes", "--seed", "-1"], /--seed/],
  [["passes", "--seed", "2147483648"], /--seed "2147483648"/],
  [["passes", "--long"], /--long/],
])("%j is refused by name", (words, name) => {
  expect(() => read(...words)).toThrow(name);
});
