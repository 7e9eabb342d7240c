import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

test("a change restarts the program however the file is written: in place, by renaming, in a new or replaced folder", async () => {
  await using program = await startProgram();

  program.write("main/src/main.ts", program.main("rewritten"));
  await program.says("rewritten tea");

  program.replace("lib/src/word.ts", 'export const word = "coffee";');
  await program.says("rewritten coffee");
  program.replace("lib/src/word.ts", 'export const word = "cocoa";');
  await program.says("rewritten cocoa");

  program.write("lib/src/deep/er/word.ts", 'export const word = "milk";');
  program.write("main/src/main.ts", program.main("deep", "lib/src/deep/er/word.ts"));
  await program.says("deep milk");
  renameSync(join(program.folder, "lib/src/deep"), join(program.folder, "old"));
  program.write("lib/src/deep/er/word.ts", 'export const word = "water";');
  await program.says("deep water");
  program.replace("lib/src/deep/er/word.ts", 'export const word = "juice";');
  await expect(program.says("deep juice")).resolves.toBeTruthy();
});

test("a program that cannot start is tried again with the next change", async () => {
  await using program = await startProgram();

  program.replace("main/src/main.ts", "this is no program");
  await program.says("has ended (1)");
  program.replace("main/src/main.ts", program.main("mended"));

  await expect(program.says("mended tea")).resolves.toBeTruthy();
});

test("tests and files beside the sources restart nothing", async () => {
  await using program = await startProgram();

  program.write("lib/src/word.test.ts", "");
  program.write("lib/src/.word.ts.swp", "");
  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(program.output().match(/started tea/g)).toHaveLength(1);
});

test("a Ctrl-C reaches the program once, and both are gone", async () => {
  await using program = await startProgram();

  await program.interrupt();

  expect(program.output()).toMatch(/asked to stop\n$/);
  expect(program.output().match(/asked/g)).toHaveLength(1);
});

test("killed without a word, it takes the program along", async () => {
  await using program = await startProgram();

  program.watcher.kill("SIGKILL");

  await vi.waitFor(() => expect(() => process.kill(program.pid(), 0)).toThrow("ESRCH"), 5000);
});

/** A program and a package it stands on, both written down for the test, under the watch. */
async function startProgram() {
  const folder = mkdtempSync(join(tmpdir(), "restart-"));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const main = (word: string, lib = "lib/src/word.ts") => `
    import { word } from ${JSON.stringify(join(folder, lib))};
    console.log("pid", process.pid, ${JSON.stringify(word)}, word);
    process.on("SIGINT", () => { console.log("asked to stop"); setTimeout(() => process.exit(0), 50); });
    setInterval(() => {}, 1000);`;
  write("lib/package.json", "{}");
  write("lib/src/word.ts", 'export const word = "tea";');
  write("main/package.json", '{ "type": "module", "dependencies": { "lib": "workspace:*" } }');
  write("main/src/main.ts", main("started"));
  mkdirSync(join(folder, "main/node_modules"));
  symlinkSync(join(folder, "lib"), join(folder, "main/node_modules/lib"));

  let output = "";
  const script = join(import.meta.dirname, "restart-on-change.ts");
  const watcher = spawn(process.execPath, [script, "src/main.ts"], {
    cwd: join(folder, "main"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [watcher.stdout, watcher.stderr]) stream.on("data", (part: Buffer) => (output += String(part)));
  const says = (text: string) => vi.waitFor(() => expect(output).toContain(text), { timeout: 10_000, interval: 20 });
  await says("started tea");

  const end = async (signal: NodeJS.Signals) => {
    if (watcher.exitCode !== null || watcher.signalCode !== null) return;
    watcher.kill(signal);
    await once(watcher, "exit");
  };
  return {
    folder,
    watcher,
    write,
    main,
    says,
    output: () => output,
    pid: () => Number(/.*pid (\d+)/s.exec(output)?.[1]),
    interrupt: () => end("SIGINT"),
    /** As editors save and git checks out: another file takes the name. */
    replace(path: string, text: string) {
      write(`${path}.new`, text);
      renameSync(join(folder, `${path}.new`), join(folder, path));
    },
    async [Symbol.asyncDispose]() {
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
