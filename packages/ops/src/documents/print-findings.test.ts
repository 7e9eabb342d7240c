import { join } from "node:path";

import { expect, test } from "vitest";

import { printFindings } from "./print-findings.ts";

// Written anew by `pnpm settings`.
test("docs/findings.md is what the audit looks for", async () => {
  await expect(`${printFindings()}\n`).toMatchFileSnapshot(join(import.meta.dirname, "../../../../docs/findings.md"));
});
