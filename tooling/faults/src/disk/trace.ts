import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Somebody between a process and its system, who writes down its calls and can make them fail. */
export interface Trace extends AsyncDisposable {
  /** How many calls with this name have succeeded so far. */
  count(call: string): number;
}

/** Is there a `strace`, and may it look at other processes? */
export function canTrace(): boolean {
  return spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
}

/**
 * Watches a process that runs.
 *
 * @param calls by their names, as in `fsync`
 * @param spoil which fail, in strace's words, as in `fsync:error=EIO:when=20+`
 */
export async function trace(pid: number, calls: readonly string[], spoil: readonly string[] = []): Promise<Trace> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-trace-"));
  const file = join(folder, "calls");
  const rules = [`trace=${calls.join(",")}`, ...spoil.map((each) => `inject=${each}`)].flatMap((rule) => ["-e", rule]);
  const strace = spawn("strace", ["-f", "-o", file, ...rules, "-p", String(pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exit = once(strace, "exit");
  let said = "";
  strace.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  while (!said.includes("attached")) {
    await Promise.race([once(strace.stderr, "data"), exit]);
    if (strace.exitCode !== null) throw new Error(`strace did not begin: ${said}`);
  }

  return {
    count(call) {
      const succeeded = new RegExp(`\\b${call}(?:\\(| resumed).* = 0$`, "gm");
      return readFileSync(file, "utf8").match(succeeded)?.length ?? 0;
    },
    async [Symbol.asyncDispose]() {
      // It lets the process go.
      strace.kill("SIGINT");
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}
