import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process holds, after its garbage was collected. */
export interface Holdings {
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** What keeps its event loop going, by kind: sockets, timers, files. */
  readonly resources: Readonly<Record<string, number>>;
}

/** From now on this process prints what it holds each time it is sent SIGUSR2. See `readHoldings`. */
export function answerWithHoldings(): void {
  setFlagsFromString("--expose-gc");
  // The cast: what the flag has just put there.
  const collect = runInNewContext("gc") as () => void;
  process.on("SIGUSR2", () => {
    // Twice: what is only found to be garbage by the first is collected by the second.
    collect();
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const resources: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    const holdings: Holdings = { heapBytes: heapUsed, residentBytes: rss, resources };
    process.stdout.write(`${JSON.stringify({ holdings })}\n`);
  });
}

/** Asks a process that `answerWithHoldings` what it holds. @throws when it does not answer within ten seconds */
export async function readHoldings(server: {
  readonly pid: number | null;
  readonly output: string;
}): Promise<Holdings> {
  const printed = server.output.length;
  if (server.pid === null) throw new Error("The server does not run.");
  process.kill(server.pid, "SIGUSR2");
  for (const deadline = performance.now() + 10_000; performance.now() < deadline;) {
    await pause(20);
    const line = server.output
      .slice(printed)
      .split("\n")
      .find((text) => text.startsWith('{"holdings":') && text.endsWith("}}}"));
    if (line !== undefined) return (JSON.parse(line) as { readonly holdings: Holdings }).holdings;
  }
  throw new Error("The server does not say what it holds. Was it started with HOLDINGS=on?");
}
