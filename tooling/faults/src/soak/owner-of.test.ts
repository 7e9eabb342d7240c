import { expect, test } from "vitest";

import { findStranger, isRefusal } from "./owner-of.ts";

const anna = { name: "anna", note: "a note of anna" };
const bert = { name: "bert", note: "a note of bert" };

test("an answer with another user's name or row is found, in a refusal too", () => {
  const find = (answer: unknown) => findStranger(JSON.stringify(answer), anna, [anna, bert]);
  expect(find({ result: { data: { username: "bert" } } })).toBe("bert");
  expect(find({ result: { data: { rows: [{ title: "a note of bert" }] } } })).toBe("bert");
  expect(find({ error: { message: "bert may not do this" } })).toBe("bert");
  expect(find({ result: { data: { username: "anna" } } })).toBeNull();
  expect(find({ error: { message: "Sign in to continue." } })).toBeNull();
});

test("refusals are told from answers", () => {
  expect(isRefusal('{"id":1,"error":{"message":"no"}}')).toBe(true);
  expect(isRefusal('{"id":1,"result":{"data":{}}}')).toBe(false);
});
