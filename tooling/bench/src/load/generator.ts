import { type ChildProcess, execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { origin } from "../wire/wire-socket.ts";

import { answerEnd, answerMiddle, answerStart, callEnd, callStart, type Load, type LoadResult } from "./load.ts";

/** Makes calls from a process of its own, and checks every answer. */
export interface Generator {
  readonly kind: "C" | "Node";
  /** @throws when an answer is not the right one, a connection is refused or closed, or the signal ends it */
  run(load: Load, options?: RunOptions): Promise<LoadResult>;
}

export interface RunOptions {
  /** Called when the warm-up is over. */
  readonly onMeasuring?: () => void;
  readonly signal?: AbortSignal;
}

/** Compiles the generator in C into the folder; where that cannot be done, the one in Node is used. */
export async function prepareGenerator(folder: string): Promise<Generator> {
  const compiled = process.platform === "linux" ? await compile(`${folder}/generator`) : null;
  if (compiled === null) return nodeGenerator;
  return { kind: "C", run: (load, options) => run(spawnCompiled(compiled, load), options) };
}

export const nodeGenerator: Generator = {
  kind: "Node",
  run: (load, options) => run(forkNode(load), options),
};

async function compile(target: string): Promise<string | null> {
  try {
    const source = fileURLToPath(new URL("./generator.c", import.meta.url));
    await promisify(execFile)("cc", ["-O2", "-Wall", "-Wextra", "-Werror", "-o", target, source]);
    return target;
  } catch (error) {
    // Without a compiler there is the other generator, and the report says which one was used.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function spawnCompiled(file: string, load: Load): ChildProcess {
  const numbers = [load.connections, load.depth, load.warmUpSeconds, load.seconds].map(String);
  const texts = [origin, callStart, callEnd, answerStart, answerMiddle, answerEnd];
  return spawn(file, [String(load.port), load.clientsFile, ...numbers, ...texts], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function forkNode(load: Load): ChildProcess {
  const entry = fileURLToPath(new URL("./node-generator.ts", import.meta.url));
  return fork(entry, [JSON.stringify(load)], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
}

async function run(child: ChildProcess, { onMeasuring, signal }: RunOptions = {}): Promise<LoadResult> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error("The generator is started with pipes.");
  let complaint = "";
  stderr.on("data", (chunk: Buffer) => (complaint += String(chunk)));
  let answer = "";
  createInterface({ input: stdout }).on("line", (line) => {
    if (line === "measuring") onMeasuring?.();
    else answer = line;
  });
  signal?.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });

  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`The load generator gave up.\n${complaint}`);
  return JSON.parse(answer) as LoadResult;
}
