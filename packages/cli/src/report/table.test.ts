import { expect, test } from "vitest";

import { toPlainText, toSafeJson } from "./plain-text.ts";
import { formatInstant, formatTable } from "./table.ts";

test("columns line up, also beside wide and combined characters, and no line ends in blanks", () => {
  expect(
    formatTable(
      ["NAME", "ID"],
      [
        ["José", "1"],
        ["Jose\u0301", "2"],
        ["山田", "3"],
        ["x", ""],
      ],
    ),
  ).toBe(["NAME  ID", "José  1", "Jose\u0301  2", "山田  3", "x"].join("\n"));
});

test("a cell of 48 characters is whole, and a longer one is cut", () => {
  const [, whole, cut] = formatTable(["A"], [["x".repeat(48)], ["x".repeat(49)]]).split("\n");
  expect(whole).toBe("x".repeat(48));
  expect(cut).toBe(`${"x".repeat(47)}…`);
});

test("what would move the cursor, forge a line or turn the direction is not shown", () => {
  for (const unsafe of ["\x1b[2J", "\r\n", "\x9b1m", "\u202egnp", "\u200b", "\u2028", "\ud800"]) {
    expect(toPlainText(`a${unsafe}`), JSON.stringify(unsafe)).toMatch(/^a\ufffd/);
    expect(formatTable(["A", "B"], [[`a${unsafe}`, "b"]]).split("\n")).toHaveLength(2);
  }
  expect(toPlainText("Grüße, 山田 – ok")).toBe("Grüße, 山田 – ok");
});

test("JSON is read back as it was, and holds nothing that is unsafe to look at", () => {
  const value = { name: "a\x1b\x9b\u202e\u{e0001}\u2028b", lines: "one\ntwo" };
  const json = toSafeJson(value);

  expect(JSON.parse(json)).toEqual(value);
  expect(json).not.toMatch(/[\x1b\x9b\u202e\u2028\u{e0001}]/u);
});

test("instants are told to the minute in UTC, and what never was, is", () => {
  expect(formatInstant(new Date("2026-11-21T15:06:59.999Z"))).toBe("2026-11-21 15:06Z");
  expect(formatInstant(null)).toBe("never");
});
