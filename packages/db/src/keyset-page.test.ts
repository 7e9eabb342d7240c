import { pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";

import { toPage } from "./keyset-page.ts";

const things = pgTable("things", { id: text().notNull(), at: timestamp({ withTimezone: true }) });
const keyset = { name: "at", by: things.at, id: things.id };

test("a page that ends at an instant which cannot be said names the row, and loses nothing after it in silence", () => {
  const known = { id: "one", at: new Date("2026-01-01") };
  const odd = { id: "two", at: new Date("infinity") };
  const pageOf = (rows: readonly (typeof known)[], limit: number) =>
    toPage(keyset, limit, rows, ({ id, at }) => ({ value: at, id }));

  expect(() => pageOf([odd, known], 1)).toThrow(/^The row two .*infinity/);
  // Where no page begins after it, it is a row like any other.
  expect(pageOf([odd, known], 2)).toEqual({ rows: [odd, known], nextCursor: null });
  expect(pageOf([known, odd], 1)).toEqual({ rows: [known], nextCursor: expect.any(String) as string });
});
