import { inspect } from "node:util";

import * as client from "openid-client";
import { expect, test } from "vitest";

import { toPlainError } from "./plain-error.ts";

test("of an error there is left what happened and where, and nothing that a library hung on it", () => {
  const body = { access_token: "secret-token" };
  const cause = Object.assign(new Error("no token_type", { cause: { body } }), { body });
  const library = new client.ClientError("invalid response encountered", { cause });
  library.code = "OAUTH_INVALID_RESPONSE";
  const plain = toPlainError(library);
  expect(plain).toMatchObject({ name: "ClientError", message: library.message, code: "OAUTH_INVALID_RESPONSE" });
  expect(plain.cause).toMatchObject({ message: "no token_type" });
  expect(plain.stack).toContain("plain-error.test.ts");
  expect(inspect(plain, { depth: 9, showHidden: true })).not.toContain("secret-token");
  expect(toPlainError(plain)).toBe(plain);
});

test("its words are cut, and none of them controls a terminal", () => {
  const text = "\u202E\u001B[2J\n    at x ".repeat(50_000);
  const given = Object.assign(new Error(text), { error: text, error_description: text, code: text, status: 400 });
  const plain = toPlainError(given);
  const shown = inspect(plain, { depth: 9 });
  expect(shown.length).toBeLessThan(5000);
  expect(JSON.stringify(plain) + plain.message).not.toMatch(/[\u202E\u001B]/);
  expect(plain.stack).not.toContain("\u202E");
  expect(plain).toMatchObject({ status: 400 });

  let deep = new Error("0");
  for (let count = 1; count < 100; count += 1) deep = new Error(String(count), { cause: deep });
  expect(inspect(toPlainError(deep), { depth: 99 }).match(/Error: \d+/g)?.length).toBeLessThan(10);
});

test("what was thrown need not be an error", () => {
  for (const thrown of ["no", 7, null, undefined, { message: "secret" }])
    expect(toPlainError(thrown)).toMatchObject({ message: thrown === "no" ? "no" : "" });
});
