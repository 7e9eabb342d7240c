import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { bundleProgram } from "@app/services";

/** A server that may have few files open, in a process of its own. */
export interface ServerWithFewFiles extends AsyncDisposable {
  readonly url: string;
  /** Everything it has printed. */
  readonly output: () => string;
}

/** Starts it on this port, under a limit of the system (`ulimit -n`), and resolves when it is ready. */
export async function startWithFewFiles(
  mostFiles: number,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<ServerWithFewFiles> {
  const url = `http://localhost:${port}`;
  const entry = await bundleProgram(join(import.meta.dirname, "../main.ts"));
  const child = spawn("sh", ["-c", `ulimit -n ${mostFiles}; exec "$0" "$@"`, process.execPath, entry], {
    env: { NODE_ENV: "test", HOST: "localhost", PORT: String(port), PUBLIC_URL: url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (child.exitCode !== null) throw new Error(`The server ended before it was ready. It printed:\n${output}`);
  return {
    url,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
