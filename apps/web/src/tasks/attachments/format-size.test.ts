import { expect, test } from "vitest";

import { formatSize } from "./format-size.ts";

test.each([
  [0, "0 byte"],
  [1023, "1,023 byte"],
  [1024, "1 kB"],
  [1536, "1.5 kB"],
  [20_480, "20 kB"],
  [26_214_400, "25 MB"],
  [5 * 1024 ** 3, "5 GB"],
  [5 * 1024 ** 4, "5,120 GB"],
])("%i bytes are said as %s", (bytes, said) => expect(formatSize(bytes, "en")).toBe(said));

test("in Arabic, in Arabic", () => expect(formatSize(1536, "ar")).toMatch(/ك/));
