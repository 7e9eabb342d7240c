import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Terminal } from "../terminal.ts";

/**
 * Lays the files out the way the app does, and brings the table of who may call what up to date: with the app's own tools,
 * where it has them. What cannot be run is told, and is no failure: the files are there.
 */
export async function finishFiles(place: {
  readonly folder: string;
  readonly api: string;
  readonly paths: readonly string[];
  readonly terminal: Pick<Terminal, "errors">;
}): Promise<void> {
  const { folder, api, paths, terminal } = place;
  const formatter = join(folder, "node_modules/.bin/oxfmt");
  const code = paths.filter((path) => /\.tsx?$/.test(path));
  if (existsSync(formatter)) await run(formatter, code, folder, terminal);

  const vitest = join(api, "node_modules/.bin/vitest");
  const matrix = readScript(api, "matrix");
  if (matrix === null) return;
  if (!existsSync(vitest) || !matrix.startsWith("vitest ")) {
    terminal.errors.write("Now bring the table of who may call what up to date: run the script matrix.\n");
    return;
  }
  terminal.errors.write("Bringing the table of who may call what up to date…\n");
  await run(vitest, wordsOf(matrix).slice(1), api, terminal);
}

/** The words of a command; what stands in double quotes is one. */
function wordsOf(command: string): string[] {
  return (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

function readScript(folder: string, name: string): string | null {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return null;
  const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { readonly scripts?: Readonly<Record<string, string>> };
  return scripts?.[name] ?? null;
}

async function run(
  program: string,
  words: readonly string[],
  folder: string,
  { errors }: Pick<Terminal, "errors">,
): Promise<void> {
  const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
  const { promise, resolve } = Promise.withResolvers<string | null>();
  child.on("error", (error) => resolve(error.message));
  child.on("exit", (code) => resolve(code === 0 ? null : Buffer.concat(said).toString().slice(-2000)));
  const failure = await promise;
  if (failure !== null) errors.write(`${program} did not succeed; run it again when this is mended:\n${failure}\n`);
}
