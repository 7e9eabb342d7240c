import { expect, test } from "vitest";

import { readArguments } from "./read-arguments.ts";

test("a name and its options are read", () => {
  expect(
    readArguments([
      "revoke",
      "--json",
      "a.json",
      "--rounds",
      "3",
      "--seconds",
      "0.5",
      "--connections=7",
      "--replicas=3",
    ]),
  ).toEqual({
    name: "revoke",
    jsonFile: "a.json",
    profileFolder: undefined,
    connections: 7,
    replicas: 3,
    rounds: 3,
    seconds: 0.5,
  });
  expect(readArguments([])).toMatchObject({ name: null, jsonFile: null, rounds: undefined });
});

test.each([
  [["calls", "--rounds", "0"], "--rounds"],
  [["calls", "--rounds", "1.5"], "--rounds"],
  [["calls", "--rounds", "1001"], "--rounds"],
  [["calls", "--rounds", ""], "--rounds"],
  [["calls", "--connections", "20001"], "--connections"],
  [["revoke", "--replicas", "1"], "--replicas"],
  [["calls", "--seconds", "0.04"], "--seconds"],
  [["calls", "--seconds", "61"], "--seconds"],
  [["calls", "--seconds", "x"], "--seconds"],
  [["calls", "push"], "push"],
  [["calls", "--fast"], "--fast"],
])("%j is refused by name", (words, name) => {
  expect(() => readArguments(words)).toThrow(name);
});
