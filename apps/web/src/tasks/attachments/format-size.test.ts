import { expect, test } from "vitest";

import { formatLimit, formatSize } from "./format-size.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [5, "5 bytes"],
  [1023, "1,023 bytes"],
  [1024, "1 kB"],
  [1536, "1.5 kB"],
  [20_480, "20 kB"],
  [26_214_400, "25 MB"],
  [5 * 1024 ** 3, "5 GB"],
  [5 * 1024 ** 4, "5,120 GB"],
])("%i bytes are said as %s", (bytes, said) => expect(formatSize(bytes, "en")).toBe(said));

test.each([
  [3_000_000, "2.86 MB"],
  [26_214_400, "25 MB"],
  [26_000_000, "24 MB"],
  [1023, "1,023 bytes"],
])("a limit of %i bytes is said as %s: never as more than is taken", (bytes, said) =>
  expect(formatLimit(bytes, "en")).toBe(said),
);

test("in Arabic, in Arabic", () => expect(formatSize(1536, "ar")).toMatch(/ك/));
