import { expect, test } from "vitest";

import { safeReturnTo } from "@countersign/contract";

import { withReturnTo } from "./routes.ts";

test("the page to come back to is carried whole", () => {
  const address = withReturnTo("/login", "/notes?tag=a&b=c#top");

  expect(address).toBe("/login?next=%2Fnotes%3Ftag%3Da%26b%3Dc%23top");
  const next = new URL(address, "https://app.example").searchParams.get("next");
  expect(safeReturnTo(next)).toBe("/notes?tag=a&b=c#top");
});

test("home and nowhere are not carried", () => {
  expect(withReturnTo("/login", "/")).toBe("/login");
  expect(withReturnTo("/login", null)).toBe("/login");
  expect(withReturnTo("/login", "/start", "/start")).toBe("/login");
});
