import { expect, test } from "vitest";

import { csvLine } from "./csv.ts";

test.each(["=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", " =", "\u00A0="])(
  "CRU-41: a text that begins with %j is no formula in a spreadsheet, and is all there",
  (start) => {
    const text = `${start}cmd|' /C calc'!A0`;
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  },
);

test("what could be split is quoted; numbers, flags and plain words are as they are", () => {
  expect(csvLine(["tea", -5, 1.5, true, null, undefined, "2027-01-31T12:00:00.000Z"])).toBe(
    "tea,-5,1.5,true,,,2027-01-31T12:00:00.000Z\r\n",
  );
  expect(csvLine(['say "hi"', "a,b", "a;b", "two\r\nlines", "a b", '"=1+1'])).toBe(
    '"say ""hi""","a,b","a;b","two\r\nlines","a b","""=1+1"\r\n',
  );
  expect(csvLine([{ a: 1 }])).toBe('"{""a"":1}"\r\n');
});
