import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Run } from "./run.ts";
import { writePage } from "./write-page.ts";

const run = promisify(execFile);
export const repository = join(import.meta.dirname, "../../../..");

/** Keeps this run in docs/reliability.json, in the place of the last one of its fault, and writes docs/reliability.md from it. */
export async function record(done: Run, root = repository): Promise<void> {
  const [data, page] = [join(root, "docs/reliability.json"), join(root, "docs/reliability.md")];
  const others = (await readRuns(data)).filter(({ fault }) => fault !== done.fault);
  const runs = [...others, done].toSorted((one, other) => (one.fault < other.fault ? -1 : 1));
  await writeFile(data, JSON.stringify({ runs }, null, 2));
  await writeFile(page, writePage(runs));
  await run(join(repository, "node_modules/.bin/oxfmt"), [data, page], { cwd: root });
}

export async function readRuns(file = join(repository, "docs/reliability.json")): Promise<readonly Run[]> {
  // The cast: `record` alone writes this file.
  return (JSON.parse(await readFile(file, "utf8")) as { readonly runs: readonly Run[] }).runs;
}

/** The commit that is run, and whether something is changed that is not in it; the page itself aside. */
export async function describeCommit(): Promise<string> {
  const git = async (...words: readonly string[]) => (await run("git", words, { cwd: repository })).stdout.trim();
  try {
    const commit = await git("rev-parse", "--short", "HEAD");
    const changes = await git("status", "--porcelain", "--", ".", ":!docs/reliability.md", ":!docs/reliability.json");
    return commit + (changes === "" ? "" : " with changes");
  } catch {
    // Sources without their history are run as well.
    return "unknown";
  }
}
