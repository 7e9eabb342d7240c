import { join } from "node:path";

import { type AppServer, startServer } from "@app/services";

/** One server of several, in a process of its own, from its sources. */
export interface Replica extends AsyncDisposable, Pick<AppServer, "url" | "port" | "signal"> {
  /** Sends the signal; gives the code it ends with, null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Everything it has printed. */
  readonly output: () => string;
}

/** Starts a server with this environment and nothing of this process's own, and resolves when it is ready. */
export async function startReplica(env: Readonly<Record<string, string>>): Promise<Replica> {
  const server = await startServer(join(import.meta.dirname, "../main.ts"), { NODE_ENV: "test", ...env });
  return {
    url: server.url,
    port: server.port,
    signal: (signal) => server.signal(signal),
    end: (signal) => server.stop(signal),
    output: () => server.output,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
