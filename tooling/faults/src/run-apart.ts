import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Message } from "./apart.ts";
import type { FaultOptions, FaultReport } from "./fault.ts";

export interface ApartOptions extends FaultOptions {
  /** The module that lists the faults. */
  readonly module: string;
  /** After this it is ended, with all it has started. */
  readonly mostMs: number;
}

/** Either a report, or why there is none. */
export type ApartResult =
  | { readonly report: FaultReport; readonly failure: null }
  | { readonly report: null; readonly failure: string };

/**
 * Runs a fault in a process of its own, so that whatever becomes of it others can follow: whether it returns, throws, ends or
 * goes on for too long, afterwards no process and no file of its is left.
 */
export async function runApart(name: string, options: ApartOptions): Promise<ApartResult> {
  const { module, length, seed, mostMs, tell } = options;
  const folder = await mkdtemp(join(tmpdir(), "countersign-faults-"));
  // PostgreSQL's data will be in there, and as root it runs as nobody.
  await chmod(folder, 0o755);
  const child = fork(join(import.meta.dirname, "apart.ts"), [module, name, length, String(seed)], {
    detached: true,
    env: { ...process.env, TMPDIR: folder },
  });
  let result: ApartResult | null = null;
  child.on("message", (message: Message) => {
    if ("tell" in message) tell(message.tell);
    else if ("report" in message) result = { report: message.report, failure: null };
    else result = { report: null, failure: message.failure };
  });
  const leave = () => {
    endGroup(child);
    rmSync(folder, removal);
  };
  process.once("exit", leave);
  const timer = setTimeout(() => endGroup(child), mostMs);
  const startedAt = performance.now();
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  endGroup(child);
  await rm(folder, removal);
  process.off("exit", leave);

  if (result !== null) return result;
  if (performance.now() - startedAt >= mostMs)
    return { report: null, failure: `It was not done after ${Math.round(mostMs / 1000)} s, and was ended.` };
  return { report: null, failure: `Its process ended by itself: code ${code}, signal ${signal}.` };
}

/** PostgreSQL's guard removes some of it at the same time. */
const removal = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };

/** With whatever still runs of what it has started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}
