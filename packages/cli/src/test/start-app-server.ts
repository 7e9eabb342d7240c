import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { bundleProgram } from "@app/services";

export interface AppServer extends AsyncDisposable {
  readonly url: string;
  /** What it has printed. */
  readonly output: () => string;
}

/** Where pages come from that the server accepts outside of production. */
export const pageOrigin = "http://localhost:5173";

/** Starts the app's server in a process of its own, on a free port. */
export async function startAppServer(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<AppServer> {
  const child = spawn(process.execPath, [await bundleProgram(entry)], {
    env: { NODE_ENV: "test", HOST: "127.0.0.1", PORT: "0", DATABASE_URL: databaseUrl, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  const url = await untilReady(child, () => output);
  return {
    url,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

const entry = fileURLToPath(new URL("../../../../apps/server/src/main.ts", import.meta.url));

async function untilReady(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const url = /ready on (http:\/\/\S+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGKILL");
  throw new Error(`The server did not start. It printed:\n${output()}`);
}
