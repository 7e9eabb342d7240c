import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Holdings } from "./probe.ts";

/** A server in a process of its own, to be treated badly. */
export interface FuzzTarget extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** How it ended; null while it runs. */
  readonly ended: string | null;
  /** Lines of its log at the level of an error: each is a defect. */
  readonly errors: readonly string[];
  measure(): Promise<Holdings>;
}

/** Limits that would keep most of what is sent from being read. Which they are kept, other tests show. */
const wide = {
  BAD_FRAMES: "10000",
  CALLS_PER_SECOND: "1000000",
  CALLS_BURST: "1000000",
  MAX_CONNECTIONS_PER_IP: "100000",
  MAX_SUBSCRIPTIONS: "1000",
  UPGRADE_SECONDS: "2",
  REGISTER_ATTEMPTS: "1000",
};

/** Starts a server on SQLite, from its sources: `entry` is the file that is run. */
export async function startFuzzTarget(entry: string): Promise<FuzzTarget> {
  const folder = await mkdtemp(join(tmpdir(), "fuzz-"));
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const env = {
    ...wide,
    NODE_ENV: "test",
    HOST: "localhost",
    PORT: String(port),
    PUBLIC_URL: origin,
    LOG_LEVEL: "error",
    DATABASE_URL: `sqlite:${join(folder, "fuzz.db")}`,
  };
  const probe = join(import.meta.dirname, "probe.ts");
  const child = spawn(process.execPath, ["--expose-gc", "--import", probe, entry], {
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let ended: string | null = null;
  let printed = "";
  const errors: string[] = [];
  child.once("exit", (code, signal) => (ended = `code ${code}, signal ${signal}. ${printed.slice(-2000)}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-10_000);
      for (const line of chunk.toString().split("\n")) if (line.includes('"level":50')) errors.push(line.slice(0, 500));
    });
  }
  await untilReady(origin, child);

  return {
    port,
    origin,
    get ended() {
      return ended;
    },
    errors,
    async measure() {
      child.send("measure");
      const [holdings] = (await once(child, "message", { signal: AbortSignal.timeout(20_000) })) as [Holdings];
      return holdings;
    },
    async [Symbol.asyncDispose]() {
      if (ended === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(origin: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if (child.exitCode !== null) throw new Error("The server ended before it was ready.");
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  throw new Error("The server is not ready after 30 seconds.");
}

async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, "localhost");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("The listener has no port.");
  return address.port;
}
