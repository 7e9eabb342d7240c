// @vitest-environment node
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--cs-([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\);/g)].map(([, name, light, dark]) => [
    name ?? "",
    { light: light ?? "", dark: dark ?? "" },
  ]),
);

/** WCAG 2.2 §1.4.3: text on what it stands on. */
const texts = [
  ["text", ["canvas", "surface", "surface-raised", "sunken", "hover"]],
  ["text-muted", ["canvas", "surface", "surface-raised", "sunken", "hover"]],
  ["accent-text", ["canvas", "surface", "surface-raised", "accent-soft"]],
  ["danger-text", ["canvas", "surface", "danger-soft"]],
  ["warning-text", ["canvas", "surface", "warning-soft"]],
  ["on-accent", ["accent", "accent-hover"]],
  ["on-danger", ["danger", "danger-hover"]],
] as const;

/** WCAG 2.2 §1.4.11: what must be seen to know that a control is there, or has the focus. */
const shapes = [
  ["line-strong", ["surface", "canvas"]],
  ["focus", ["surface", "canvas", "surface-raised", "sunken", "hover"]],
] as const;

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  test.each(pairs(texts))("%s is readable on %s", (front, back) => {
    expect(contrast(valueOf(front, theme), valueOf(back, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs(shapes))("%s can be told from %s", (front, back) => {
    expect(contrast(valueOf(front, theme), valueOf(back, theme))).toBeGreaterThanOrEqual(3);
  });
});

test("contrast is reckoned as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

function pairs(table: ReadonlyArray<readonly [string, readonly string[]]>): Array<[string, string]> {
  return table.flatMap(([front, backs]) => backs.map((back): [string, string] => [front, back]));
}

function valueOf(name: string, theme: "light" | "dark"): string {
  const token = tokens.get(name);
  if (!token) throw new Error(`tokens.css has no colour --cs-${name} of the form light-dark(#rrggbb, #rrggbb).`);
  return token[theme];
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(channel: number): number {
  return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
