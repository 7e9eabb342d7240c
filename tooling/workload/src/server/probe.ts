import { readFileSync } from "node:fs";

/** What a server says of itself ten times a second, when it is asked to. */
export interface ProbeLine {
  /** How long its event loop stood still at most, without the time the machine gave to others. */
  readonly stallMs: number;
}

/** Looks at the event loop, and prints what it sees. */
export function startProbe(): void {
  let [lookedAt, waited, stallMs] = [performance.now(), waitedMs(), 0];
  setInterval(() => {
    const [now, waitedNow] = [performance.now(), waitedMs()];
    // Ready to run and not let is the machine's doing, which others share.
    stallMs = Math.max(stallMs, now - lookedAt - lookEveryMs - (waitedNow - waited));
    [lookedAt, waited] = [now, waitedNow];
  }, lookEveryMs).unref();
  setInterval(() => {
    const probe: ProbeLine = { stallMs: Math.round(stallMs) };
    stallMs = 0;
    process.stdout.write(`${JSON.stringify({ probe })}\n`);
  }, tellEveryMs).unref();
}

/** The lines in what a server has printed. */
export function readProbe(output: string): readonly ProbeLine[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith('{"probe":') && line.endsWith("}}"))
    .map((line) => (JSON.parse(line) as { readonly probe: ProbeLine }).probe);
}

const lookEveryMs = 5;
const tellEveryMs = 100;

/** How long this thread has been ready to run and was not let; 0 where the system does not say. */
function waitedMs(): number {
  try {
    const [, nanoseconds = "0"] = readFileSync("/proc/self/schedstat", "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    // Only Linux says.
    return 0;
  }
}
