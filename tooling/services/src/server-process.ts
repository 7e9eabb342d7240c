import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { bundleProgram } from "./bundle-program.ts";

/** One end of a server's process. */
export interface ServerExit {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It was ended by `kill`, `stop` or the end of the block, and not by itself or by somebody else. */
  readonly isAskedFor: boolean;
}

/** A server in a process of its own, always at the same address, also after it was killed and started again. */
export interface AppServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it was started with, the database's address among it. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything it has printed. */
  readonly output: string;
  /** The process that runs now, or null between an end and a start. */
  readonly pid: number | null;
  /** Every end of it so far, those that were asked for and those that were not. */
  readonly exits: readonly ServerExit[];
  /** Starts it again after `kill` or `stop` and resolves when it is ready. What is given stays in its environment. */
  start(changed?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it with no chance to say goodbye, as a crash or a power cut would. */
  kill(): Promise<void>;
  /** Ends it the way a deployment does, and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /**
   * Asks it to end and starts another at the same address as soon as that is free, while the first one still finishes. Resolves
   * when the other is ready, with the end of the first, its exit code.
   */
  replace(): Promise<{ readonly ended: Promise<number | null> }>;
  /** Asks it to end, as `stop` does, and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a server on a free port and resolves when it is ready: when `/readyz` answers. In production mode, unless `env` says
 * otherwise.
 *
 * @param entry the file to run, built or source; a source in TypeScript is bundled first, as `bundleProgram` does it.
 * @param env what its environment has besides `NODE_ENV`, `HOST`, `PORT` and `PUBLIC_URL`; nothing is inherited.
 * @throws when it ends before it is ready, or is not ready in time, with what it printed.
 */
export async function startServer(entry: string, env: Readonly<Record<string, string>>): Promise<AppServer> {
  const program = entry.endsWith(".ts") ? ["--enable-source-maps", await bundleProgram(entry)] : [entry];
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  let output = "";
  let running: ChildProcess | null = null;
  const all = new Set<ChildProcess>();
  const asked = new WeakSet<ChildProcess>();
  const exits: ServerExit[] = [];
  let variables = env;

  async function end(signal: NodeJS.Signals, child = running): Promise<number | null> {
    if (!child) return null;
    asked.add(child);
    if (!hasEnded(child)) {
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  const server: AppServer = {
    url,
    port,
    get env() {
      return variables;
    },
    exits,
    get output() {
      return output;
    },
    get pid() {
      return running && !hasEnded(running) ? (running.pid ?? null) : null;
    },
    async start(changed = {}) {
      variables = { ...variables, ...changed };
      const child = spawn(process.execPath, program, {
        env: {
          NODE_ENV: "production",
          HOST: "localhost",
          PORT: String(port),
          PUBLIC_URL: url,
          // The tests' PostgreSQL does not wait for its disk, which the server would refuse.
          AUDIT_IGNORE: "durability",
          ...variables,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += String(chunk)));
      running = child;
      all.add(child);
      child.once("exit", (code, signal) => {
        all.delete(child);
        exits.push({ pid: child.pid ?? 0, code, signal, isAskedFor: asked.has(child) });
      });
      await waitUntilReady(url, child, () => output);
    },
    async kill() {
      await end("SIGKILL");
    },
    async stop(signal = "SIGTERM") {
      return end(signal);
    },
    async replace() {
      const ended = end("SIGTERM");
      await waitUntilFree(port);
      await server.start();
      return { ended };
    },
    signal(signal) {
      if (running) asked.add(running);
      running?.kill(signal);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(all, (child) => end("SIGKILL", child)));
    },
  };

  await server.start();
  return server;
}

/** A port nobody listens on now. */
async function findFreePort(): Promise<number> {
  const port = await tryToListen(0);
  if (port === null) throw new Error("The system has no free port.");
  return port;
}

async function waitUntilFree(port: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await tryToListen(port)) === null) {
    if (Date.now() > deadline) throw new Error(`Port ${port} is still taken after a minute.`);
    await sleep(10);
  }
}

/** Listens for a moment, and tells on which port; null when it is taken. */
async function tryToListen(port: number): Promise<number | null> {
  const listener = createServer().listen(port, "localhost");
  try {
    await once(listener, "listening");
  } catch {
    return null;
  }
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("The listener has no port.");
  return address.port;
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`The server ended before it was ready. It printed:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(25);
  }
  child.kill("SIGKILL");
  throw new Error(`The server is not ready after a minute. It printed:\n${output()}`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
