import { readFileSync } from "node:fs";
import { join } from "node:path";

import { check } from "recheck";

import { readRegularExpressions } from "./regular-expressions.ts";
import { findSources } from "./workspace.ts";

/** Where texts of strangers are read. */
const servedFolders = [
  "apps/server",
  "packages/api",
  "packages/auth",
  "packages/bus",
  "packages/contract",
  "packages/crud",
  "packages/db",
  "packages/rpc",
];

/** Expressions that could take long, and why they meet no text that makes them. */
const excused: Readonly<Record<string, string>> = {
  "packages/auth/src/password/password-rule.ts": "after a look at the length: a password that is hashed at all",
  "packages/db/src/expanding-migration.ts": "migrations are the operator's own",
};

/**
 * Every regular expression of the code that servers run for which there is a text that takes it more than linear time, or for
 * which that cannot be told, as lines that say where. Also an excuse that nothing needs.
 */
export async function findVulnerableExpressions(root: string, folders = servedFolders): Promise<string[]> {
  const files = folders.flatMap((folder) => findSources(root, join(folder, "src"))).filter((file) => !isTest(file));
  const all = files.flatMap((file) =>
    readRegularExpressions(file, readFileSync(join(root, file), "utf8")).map((each) => ({ file, ...each })),
  );
  // The same one stands in several places.
  const verdicts = new Map<string, Promise<Verdict>>();
  const complaints: string[] = [];
  const used = new Set<string>();
  for (const { file, line, source, flags } of all) {
    const key = `${flags}/${source}`;
    const verdict = verdicts.get(key) ?? judge(source, flags);
    verdicts.set(key, verdict);
    const status = await verdict;
    if (status === "safe") continue;
    if (file in excused) used.add(file);
    else complaints.push(`${file}:${line}: /${source}/${flags} is ${status}. Write it without a choice, or by hand.`);
  }
  const idle = Object.keys(excused).filter((file) => files.includes(file) && !used.has(file));
  return [...complaints, ...idle.map((file) => `${file}: needs no excuse any more. Take it out.`)];
}

type Verdict = "safe" | "vulnerable" | "beyond judging";

async function judge(source: string, flags: string): Promise<Verdict> {
  // The same seed looks for the same texts, in the same order.
  const { status } = await check(source, flags, { timeout: mostMs, randomSeed: 1 });
  return status === "unknown" ? "beyond judging" : status;
}

/** Some take a while to be judged, and longer on a busy machine. */
const mostMs = 60_000;

function isTest(file: string): boolean {
  return /\.(?:test|suite|property)\.tsx?$|\/test(?:ing)?\//.test(file);
}
