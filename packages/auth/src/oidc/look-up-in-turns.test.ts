import type { LookupAddress } from "node:dns";

import { expect, test } from "vitest";

import { lookUpInTurns, type Resolve } from "./look-up-in-turns.ts";

const address = (number: number): LookupAddress => ({ address: `192.0.2.${number}`, family: 4 });

test("REL-38: while no name server answers, names are asked for two at a time, each once, and all are answered in the end", () => {
  const asked: { readonly name: string; readonly answer: (number: number) => void }[] = [];
  const silent: Resolve = (name, _, callback) =>
    void asked.push({ name, answer: (number) => callback(null, [address(number)]) });
  const look = lookUpInTurns(silent);
  const heard: string[] = [];
  const ask = (name: string) => look(name, {}, (_, [first]) => heard.push(`${name} ${first?.address}`));

  for (const name of ["one", "one", "two", "three", "three", "four"]) ask(name);
  expect(asked.map(({ name }) => name)).toEqual(["one", "two"]);

  asked[0]?.answer(1);
  expect(heard).toEqual(["one 192.0.2.1", "one 192.0.2.1"]);
  expect(asked.map(({ name }) => name)).toEqual(["one", "two", "three"]);
  // What is asked for again after the answer is looked up again.
  ask("one");
  asked[1]?.answer(2);
  asked[2]?.answer(3);
  asked[3]?.answer(4);
  asked[4]?.answer(5);

  expect(asked.map(({ name }) => name)).toEqual(["one", "two", "three", "four", "one"]);
  expect(heard.slice(2)).toEqual([
    "two 192.0.2.2",
    "three 192.0.2.3",
    "three 192.0.2.3",
    "four 192.0.2.4",
    "one 192.0.2.5",
  ]);
});

test("who asks for other addresses of the same name gets those, and a failure is told to all who asked", () => {
  const seen: unknown[] = [];
  const look = lookUpInTurns((_, { family }, callback) => {
    seen.push(family);
    callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), []);
  });
  const failures: unknown[] = [];
  for (const family of [4, 6]) look("one", { family }, (error) => failures.push(error?.code));

  expect(seen).toEqual([4, 6]);
  expect(failures).toEqual(["ENOTFOUND", "ENOTFOUND"]);
});

test("a name of this machine is looked up for certain", async () => {
  const { promise, resolve } = Promise.withResolvers<LookupAddress[]>();
  lookUpInTurns()("localhost", {}, (_, addresses) => resolve(addresses));
  expect((await promise).map((found) => found.address)).toContain("127.0.0.1");
});
