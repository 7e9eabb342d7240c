import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { readRuns, record, repository } from "./record.ts";
import type { Run } from "./run.ts";
import { writePage } from "./write-page.ts";

const killed: Run = {
  fault: "kill",
  about: "the server is killed",
  ids: ["REL-01"],
  length: "long",
  seed: 5,
  commit: "abc1234",
  date: "2026-01-02T03:04:05.000Z",
  machine: { cores: 2, processor: "A | B", memoryGiB: 4, system: "Linux 6", node: "v26.0.0", load: 0.1 },
  seconds: 600,
  figures: [
    { name: "writes lost", target: "0", seen: "0", isMet: true, how: "200 kills", row: "lost" },
    { name: "ready", target: "≤ 2.00 s", seen: "2.10 s", isMet: false, how: "200 starts" },
  ],
  violations: [],
  failure: null,
};

test("the page is what the last recorded runs make of it", async () => {
  expect(await readFile(join(repository, "docs/reliability.md"), "utf8")).toBe(writePage(await readRuns()));
});

test("what was recorded takes the place of the last run of its fault, on a page that the formatter leaves as it is", async () => {
  const root = await mkdtemp(join(tmpdir(), "countersign-record-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, "docs"));
  for (const file of ["docs/reliability.json", ".oxfmtrc.json"]) await cp(join(repository, file), join(root, file));
  const before = await readRuns(join(root, "docs/reliability.json"));

  await record(killed, root);
  await record({ ...killed, fault: "other", ids: [], violations: ["I1: a row is gone"] }, root);
  await record({ ...killed, seed: 6 }, root);

  const runs = await readRuns(join(root, "docs/reliability.json"));
  expect(runs.filter(({ fault }) => fault === "kill").map(({ seed }) => seed)).toEqual([6]);
  expect(runs.length).toBe(new Set([...before.map(({ fault }) => fault), "kill", "other"]).size);
  const page = await readFile(join(root, "docs/reliability.md"), "utf8");
  expect(page).toBe(writePage(runs));
  expect(page).toMatch(/\| 0 +\| 0 \(\[kill\]\(#kill\): writes lost\); 0 \(\[other\]/);
  expect(page).toContain("## kill\n\nThe server is killed (REL-01). **Failed**.\n\n`pnpm faults kill --seed 6`");
  expect(page).toContain("## other\n\nThe server is killed. **Failed**: the checker found 1 violations");
  expect(page).toMatch(/\| ready +\| ≤ 2\.00 s \| 2\.10 s \*\*missed\*\* \| 200 starts \|/);
});
