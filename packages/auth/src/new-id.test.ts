import { expect, test, vi } from "vitest";

import { newId } from "./new-id.ts";

test("an id is a UUIDv7 of the present time", () => {
  const id = newId();

  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.abs(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16) - Date.now())).toBeLessThan(1000);
});

test("ids differ, and sort in the order they were made, also when the clock goes back", () => {
  const before = Array.from({ length: 10_000 }, newId);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() - 3_600_000);
  const ids = [...before, ...Array.from({ length: 100 }, newId)];

  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});
