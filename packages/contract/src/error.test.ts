import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { CloseCode } from "./close-code.ts";
import { ErrorReason } from "./error.ts";
import { SessionEndReason } from "./session-end.ts";

const page = await readFile(new URL("../../../docs/errors.md", import.meta.url), "utf8");

test("docs/errors.md lists exactly the reasons there are", () => {
  const [, section = ""] = /## Reasons\n([\s\S]*?)\n## /.exec(page) ?? [];
  const listed = [...section.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, reason = ""]) => reason);
  expect(listed.toSorted()).toEqual(ErrorReason.options.toSorted());
});

test("docs/errors.md lists every close code and every reason of an ended session", () => {
  const [, section = ""] = /## Close codes\n([\s\S]*)$/.exec(page) ?? [];
  for (const code of Object.values(CloseCode)) expect(section).toContain(`| ${code} |`);
  for (const reason of SessionEndReason.options) expect(section).toContain(`\`${reason}\``);
});
