import { expect, test } from "vitest";

import { toPlainInstant } from "./plain-instant.ts";

const read = (text: string) => new Date(toPlainInstant(text));

test("instants of the first century, and those of places before they had standard time, are read as they are", () => {
  expect(read("0001-01-01 00:00:00+00").toISOString()).toBe("0001-01-01T00:00:00.000Z");
  expect(read("0099-12-31 23:59:59.999+00").toISOString()).toBe("0099-12-31T23:59:59.999Z");
  expect(read("0026-05-05 02:00:00.5+02").toISOString()).toBe("0026-05-05T00:00:00.500Z");
  expect(read("1880-01-01 00:53:28+00:53:28").toISOString()).toBe("1880-01-01T00:00:00.000Z");
  expect(read("1879-12-31 19:03:58-04:56:02").toISOString()).toBe("1880-01-01T00:00:00.000Z");
});

test("all others are left to JavaScript, and what is no instant to whoever asks for it", () => {
  for (const text of [
    "2026-01-01 00:00:00+00",
    "2026-01-01 05:30:00.123+05:30",
    "infinity",
    "0044-03-15 00:00:00+00 BC",
  ])
    expect(toPlainInstant(text)).toBe(text);
  expect(read("0044-03-15 00:00:00+00 BC").getTime()).toBeNaN();
});
