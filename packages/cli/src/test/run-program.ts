import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { bundleProgram } from "@app/services";

import type { Said } from "./open-command-line.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Runs `countersign` in a process of its own, with nothing in its environment but the database. */
export async function runProgram(databaseUrl: string, words: string, input = ""): Promise<Said> {
  const child = spawn(process.execPath, [await bundleProgram(main), ...words.split(" ")], {
    env: { DATABASE_URL: databaseUrl },
  });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode ?? -1, output, errors };
}
