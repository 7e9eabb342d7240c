import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import type { Report } from "./benchmark.ts";
import type { Machine } from "./report/machine.ts";
import { ScratchFolder } from "./scratch-folder.ts";

const main = join(import.meta.dirname, "main.ts");

test("without a name the benchmarks are listed", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [main]);
  for (const name of ["calls", "revoke", "push", "crud", "live", "memory", "login-flood", "message-flood", "timing"])
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
});

test("an unknown name is refused, with the list", async () => {
  const run = promisify(execFile)(process.execPath, [main, "speed"]);
  const failure = await run.then(
    () => null,
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect(failure?.code).toBe(1);
  expect(failure?.stderr).toMatch(/"speed"[^]*calls[^]*push/);
});

test("with --json all figures are kept, with the facts of the machine", async () => {
  using scratch = new ScratchFolder();
  const file = scratch.file("push.json");
  await promisify(execFile)(process.execPath, [main, "push", "--rounds", "1", "--connections", "5", "--json", file]);

  const kept = JSON.parse(readFileSync(file, "utf8")) as Report & { name: string; startedAt: string; machine: Machine };
  expect(kept.name).toBe("push");
  expect(Date.parse(kept.startedAt)).toBeGreaterThan(Date.now() - 600_000);
  expect(kept.machine.node).toBe(process.version);
  expect(kept.machine.versions["@trpc/server"]).toMatch(/^11\./);
  expect(kept.tables).toHaveLength(1);
  expect(kept.figures).toHaveLength(4);
});

test.skipIf(process.platform !== "linux")("Ctrl-C leaves no process behind, and no files", async () => {
  using scratch = new ScratchFolder();
  const child = start([main, "push"], scratch);
  const servers = await untilThereIs(child, /run-side\.ts/);

  // As a terminal does: the signal goes to the whole group.
  process.kill(-(child.pid ?? 0), "SIGINT");
  const [code] = (await once(child, "exit")) as [number];

  expect(code).toBe(130);
  await expect.poll(() => servers.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  expect(readdirSync(scratch.path)).toEqual([]);
});

test.skipIf(process.platform !== "linux")("when it is killed, servers, database and generator end too", async () => {
  using scratch = new ScratchFolder();
  const child = start([join(import.meta.dirname, "test/two-sides.ts")], scratch);
  const processes = await untilThereIs(child, loadGenerator);

  child.kill("SIGKILL");
  await once(child, "exit");

  await expect.poll(() => processes.filter(isRunning), { timeout: 10_000 }).toEqual([]);
});

function start(words: readonly string[], scratch: ScratchFolder): ChildProcess {
  // PostgreSQL's folder will be in there, and it does not run as root.
  chmodSync(scratch.path, 0o755);
  const env = { ...process.env, TMPDIR: scratch.path };
  return spawn(process.execPath, words, { env, stdio: "ignore", detached: true });
}

/** The compiled one with its first argument, the port; or the one in Node. */
const loadGenerator = /^[^\0]*\/generator\0\d+\0|node-generator\.ts\0/;

/** Waits until a process with such a command runs, and returns all that there are by then. */
async function untilThereIs(child: ChildProcess, command: RegExp): Promise<number[]> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("The benchmark ended before it had begun.");
    const processes = descendantsOf(child.pid ?? 0);
    if (processes.some((pid) => command.test(commandOf(pid)))) return processes;
    await pause(20);
  }
}

function descendantsOf(pid: number): number[] {
  const children = readIfThere(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}

function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`);
}

/** A zombie has ended. */
function isRunning(pid: number): boolean {
  return /^State:\s+[^Z\s]/m.test(readIfThere(`/proc/${pid}/status`));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended.
    return "";
  }
}
