import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { Failure } from "../failure.ts";

import type { PlannedFiles } from "./plan-files.ts";

/**
 * Writes new files, then the changed ones. What has been made is taken away again when a new file cannot be written.
 *
 * @throws Failure
 */
export async function writeFiles({ created, changed }: PlannedFiles): Promise<void> {
  const made: string[] = [];
  try {
    for (const [path, text] of created) {
      await mkdir(dirname(path), { recursive: true });
      // Not over a file that came meanwhile.
      await writeFile(path, text, { flag: "wx" });
      made.push(path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure("refused", `The files could not be written: ${reason}. Nothing was changed.`, { cause: error });
  }
  for (const [path, text] of changed) await writeFile(path, text);
}
