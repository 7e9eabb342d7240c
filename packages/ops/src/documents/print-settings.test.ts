import { join } from "node:path";

import { expect, test } from "vitest";

import { providerVariables } from "../environment/oidc-choice.ts";
import { environmentVariables } from "../environment/read-environment.ts";

import { printSettings } from "./print-settings.ts";

// Written anew by `pnpm settings`.
test("docs/settings.md is what the server reads", async () => {
  await expect(`${printSettings()}\n`).toMatchFileSnapshot(join(import.meta.dirname, "../../../../docs/settings.md"));
});

test("every variable is on the page once, with what it does", () => {
  const rows = printSettings()
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  const ofProviders = Object.keys(providerVariables).map((part) => `<NAME>_${part}`);
  expect(rows.map(([, name = ""]) => name.slice(1, -1)).toSorted()).toEqual(
    [...Object.keys(environmentVariables), ...ofProviders].toSorted(),
  );
  for (const [, name, what] of rows) expect(what, name).toMatch(/^\S.{15,}[.?]$/);
});

test("the page tells defaults and bounds with their units, and choices by name", () => {
  const page = printSettings();
  const row = (name: string) => page.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";

  expect(row("SESSION_IDLE_SECONDS")).toMatch(/\| 1209600 \(14 days\) +\| 1 to 34560000 \(400 days\) +\|$/);
  expect(row("MAX_FRAME_BYTES")).toMatch(/\| 65536 \(64 KiB\) +\| 1024 \(1 KiB\) to 16777216 \(16 MiB\) +\|$/);
  expect(row("SIGN_UP")).toMatch(/\| `true` +\| `true`, `false` +\|$/);
  expect(row("EMAIL_VERIFICATION")).toMatch(/\| `off` +\| `off`, `optional`, `required` +\|$/);
  expect(row("PORT")).toMatch(/\| 3000 +\| 0 to 65535 +\|$/);
  expect(row("KEEP_AT_SIGN_OUT")).toMatch(/\| `theme` +\|/);
});
