import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { defaultSettings } from "./settings.ts";

const page = await readFile(new URL("../../../docs/security.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)];

test("docs/security.md tells the limits and timeouts as they are", () => {
  const told = Object.fromEntries(rows.map(([, name = "", value]) => [name, Number(value)]));
  const real = Object.fromEntries(Object.entries(defaultSettings).filter(([name]) => name in told));
  expect(told).toEqual(real);
  // Both tables were found.
  expect(told).toHaveProperty("MAX_FRAME_BYTES");
  expect(told).toHaveProperty("LEASE_SECONDS");
});
