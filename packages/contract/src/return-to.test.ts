import { expect, test } from "vitest";

import { safeReturnTo } from "./return-to.ts";

const hostile: readonly unknown[] = [
  "http://example.com",
  "http:///example.com",
  "https://example.com",
  "ftp://example.com",
  "\\\\example.com",
  "\\\\\\example.com",
  "/\\\\/example.com",
  "\\\\//example.com",
  "/\\/example.com",
  "\\/example.com",
  "/\\example.com",
  "http:/\\//example.com",
  "http:\\/example.com",
  "http:/\\example.com",
  'javascript:alert("XSS")',
  "\njavascript:alert(x)",
  "java\nscript:alert(x)",
  "\x08//example.com",
  "http://otherserver\\@example.com",
  "http:\\\\testserver\\@example.com",
  "http://testserver\\me:pass@example.com",
  "http:999999999",
  "ftp:9999999999",
  "\n",
  "",
  "http://[2001:cdba:0000:0000:0000:0000:3257:9652/",
  "//example.com",
  "///example.com",
  "////example.com",
  "data:text/html,x",
  "/%5C/evil.com",
  "/%5Cevil.com",
  "/..%2F..%2Fevil.com",
  "/%2Fevil.com",
  "%2F%2Fevil.com",
  "%252F%252Fevil.com",
  ".evil.com",
  "-evil.com",
  "@evil.com",
  "/x@evil.com:80//",
  "/\t/evil.com",
  "/\n/evil.com",
  "/./\t//evil.com",
  `/${"x".repeat(2048)}`,
  ["a", "b"],
  { toString: () => "/a" },
  null,
  undefined,
  7,
];

const good = [
  "/",
  "/notes",
  "/view/?param=http://example.com",
  "/view?param=ftp://example.com",
  "/url%20with%20spaces/",
  "/path/http:2222222222",
  "/confirm?email=me@example.com",
  "/dashboard+page?test=123+456",
  "/notes?next=%2Fx#top",
];

test("RED-01: whatever a browser could read as another place goes to the fallback", () => {
  for (const target of hostile) expect(safeReturnTo(target, "/home"), String(target)).toBe("/home");
});

test("RED-02: a path of this site is honoured as it is", () => {
  for (const target of good) expect(safeReturnTo(target, "/home")).toBe(target);
});

test("no accepted target leaves the site in a browser's reading, encoded once more or not", () => {
  for (const target of [...hostile, ...good]) {
    const accepted = safeReturnTo(target, "/home");
    for (const reading of [accepted, decodeURIComponent(accepted)]) {
      expect(new URL(reading, "https://site.example").origin, accepted).toBe("https://site.example");
    }
  }
});
