import { expect, test } from "vitest";

import { parseSearch, stringifySearch } from "./search-parameters.ts";

test.each([
  ["", ""],
  ["?param=http://example.com", "?param=http://example.com"],
  ["?param=ftp://example.com", "?param=ftp://example.com"],
  ["?email=me@example.com", "?email=me@example.com"],
  ["?test=123+456", "?test=123+456"],
  ["?a=1&b=2&a=3", "?a=1&a=3&b=2"],
  ["?next=%2Fnotes%3Fa%3D1%26b%3D2%23top", "?next=/notes?a%3D1%26b%3D2%23top"],
  ["?percent=100%25&plus=%2B", "?percent=100%25&plus=%2B"],
])("RED-02: %s is written again as %s", (search, written) => {
  expect(stringifySearch(parseSearch(search))).toBe(written);
  expect(parseSearch(written)).toEqual(parseSearch(search));
});

test("values stay text: a number, a list or an object in the address is none", () => {
  expect(parseSearch("?next=12&x=[1]&y=%7B%22a%22%3A1%7D&z=true")).toEqual({
    next: "12",
    x: "[1]",
    y: '{"a":1}',
    z: "true",
  });
});

test("what is not there is not written", () => {
  expect(stringifySearch({ a: undefined, b: null, c: "" })).toBe("?c=");
});

test("a name like a property of all objects is only a name", () => {
  expect(stringifySearch(parseSearch("?__proto__=x&constructor=y"))).toBe("?__proto__=x&constructor=y");
});
