import { readFileSync } from "node:fs";

import type { AppServer } from "@app/services";

/**
 * Kills the server when it holds more memory than this, as a container's limit would: nobody asked for that end. For systems
 * with `/proc`. Returns the way to stop watching, which tells whether it was killed.
 */
export function limitMemory(server: AppServer, mostMegabytes: number): () => boolean {
  let isKilled = false;
  const timer = setInterval(() => {
    const { pid } = server;
    if (pid === null || isKilled || residentMegabytes(pid) <= mostMegabytes) return;
    isKilled = true;
    process.kill(pid, "SIGKILL");
  }, 50);
  return () => {
    clearInterval(timer);
    return isKilled;
  };
}

/** How much memory the process holds; 0 when it is gone. */
export function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    // It has just ended.
    return 0;
  }
}
