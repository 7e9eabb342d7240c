import { expect, test } from "vitest";

import { createOriginCheck } from "./origin.ts";

test("CSR-04, CSR-05: scheme, host and port must all be the same", () => {
  const isAllowed = createOriginCheck(["https://app.example.com"]);
  expect(isAllowed("https://app.example.com")).toBe(true);
  for (const other of [
    "http://app.example.com",
    "https://app.example.com:444",
    "https://app.example.com.evil.com",
    "https://evil.com",
    "null",
    "",
  ]) {
    expect(isAllowed(other), other).toBe(false);
  }
});

test("CSR-08: a star stands for sub-domains and nothing else", () => {
  const isAllowed = createOriginCheck(["https://*.example.com"]);
  expect(isAllowed("https://a.example.com")).toBe(true);
  for (const other of [
    "http://a.example.com",
    "https://a.prefix-example.com",
    "https://evil.com?.example.com",
    "https://example.com",
    "https://a.example.com:8443",
  ]) {
    expect(isAllowed(other), other).toBe(false);
  }
});

test("what is not an origin is refused with the cure", () => {
  expect(() => createOriginCheck(["https://app.example.com/"])).toThrow("ALLOWED_ORIGINS");
  expect(() => createOriginCheck(["*"])).toThrow("ALLOWED_ORIGINS");
  expect(() => createOriginCheck(["https://*"])).toThrow("ALLOWED_ORIGINS");
});
