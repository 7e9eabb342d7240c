import { expect, test } from "vitest";

import type { HttpAnswer } from "../wire/http-line.ts";

import { compare } from "./compare.ts";

function answers(ms: (index: number) => number, parts: Partial<HttpAnswer> = {}): HttpAnswer[] {
  return Array.from({ length: 60 }, (_, index) => ({
    status: 401,
    headers: [["content-type", "application/json"]],
    body: "{}",
    ...parts,
    ms: ms(index),
  }));
}

/** From 10 to 11 ms, in an order that tells nothing. */
const around10 = (index: number) => 10 + ((index * 37) % 60) / 60;

test("the same answer after the same time tells nothing", () => {
  const alike = compare(
    answers(around10),
    answers((index) => around10(index + 7)),
  );
  expect(alike).toMatchObject({ isSameAnswer: true, isIndistinguishable: true });
  expect(alike.apart).toBeLessThan(0.01);
});

test("a median six per cent away tells, and so does a small shift of all", () => {
  expect(
    compare(
      answers((index) => around10(index) * 1.06),
      answers(around10),
    ),
  ).toMatchObject({
    isSameAnswer: true,
    isIndistinguishable: false,
  });
  const shifted = compare(
    answers((index) => around10(index) + 0.3),
    answers(around10),
  );
  expect(shifted.apart).toBeLessThan(0.05);
  expect(shifted.isIndistinguishable).toBe(false);
});

test("another status, body or header tells, whatever the time; the date and the request's own name do not", () => {
  for (const parts of [{ status: 400 }, { body: "{} " }, { headers: [["content-type", "text/plain"]] as const }]) {
    expect(compare(answers(around10, parts), answers(around10)).isSameAnswer).toBe(false);
  }
  const headers = [
    ["content-type", "application/json"],
    ["date", "later"],
    ["x-request-id", "another"],
  ] as const;
  expect(compare(answers(around10, { headers }), answers(around10)).isSameAnswer).toBe(true);
});
