import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server in a process of its own, always at the same address, also after it was killed and started again. */
export interface AppServer extends AsyncDisposable {
  readonly url: string;
  /** What it was started with, the database's address among it. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything it has printed. */
  readonly output: string;
  /** Starts it again after `kill` and resolves when it is ready. */
  start(): Promise<void>;
  /** Ends it with no chance to say goodbye, as a crash or a power cut would. */
  kill(): Promise<void>;
  /** Ends it the way a deployment does, and gives its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts a built server in production mode on a free port and resolves when it is ready.
 *
 * @param entry the file to run.
 * @param env what its environment has besides `NODE_ENV`, `HOST`, `PORT` and `PUBLIC_URL`; nothing is inherited.
 * @throws when it ends before it is ready, or is not ready in time, with what it printed.
 */
export async function startServer(entry: string, env: Readonly<Record<string, string>>): Promise<AppServer> {
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  let output = "";
  let running: ChildProcess | null = null;

  const server: AppServer = {
    url,
    env,
    get output() {
      return output;
    },
    async start() {
      const child = spawn(process.execPath, [entry], {
        env: {
          NODE_ENV: "production",
          HOST: "localhost",
          PORT: String(port),
          PUBLIC_URL: url,
          // The tests' PostgreSQL does not wait for its disk, which the server would refuse.
          AUDIT_IGNORE: "durability",
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += String(chunk)));
      running = child;
      await waitUntilReady(url, child, () => output);
    },
    async kill() {
      await end(running, "SIGKILL");
    },
    async stop() {
      return end(running, "SIGTERM");
    },
    async [Symbol.asyncDispose]() {
      await end(running, "SIGKILL");
    },
  };

  await server.start();
  return server;
}

/** A port nobody listens on now. */
async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, "localhost");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("The listener has no port.");
  return address.port;
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`The server ended before it was ready. It printed:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(25);
  }
  child.kill("SIGKILL");
  throw new Error(`The server is not ready after 20 seconds. It printed:\n${output()}`);
}

async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<number | null> {
  if (!child) return null;
  if (!hasEnded(child)) {
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
