import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Fault, FaultReport } from "../fault.ts";

/** What becomes of faults that go wrong is tried with these. Each leaves a process and a folder behind, and tells of both. */
export const faults: readonly Fault[] = [
  makeFault("passes", async () => ({ violations: [], figures: [makeFigure(true)] })),
  makeFault("finds", async () => ({
    violations: [{ rule: "I1", what: "a row is gone", shownBy: [{ row: 7 }] }],
    figures: [],
  })),
  makeFault("misses", async () => ({ violations: [], figures: [makeFigure(false)] })),
  makeFault("throws", () => Promise.reject(new Error("It broke.\nIn two lines."))),
  makeFault("ends", async () => process.exit(3)),
  { ...makeFault("hangs", () => pause(600_000, never)), mostMinutes: 1 / 60 },
];

const never: FaultReport = { violations: [], figures: [] };

function makeFault(name: string, run: () => Promise<FaultReport>): Fault {
  return {
    name,
    ids: ["REL-01"],
    about: `it ${name}`,
    async run({ tell }) {
      const { pid } = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      tell(`${pid} ${mkdtempSync(join(tmpdir(), "left-"))}`);
      return run();
    },
  };
}

function makeFigure(isMet: boolean) {
  return { name: "writes lost", target: "0", seen: isMet ? "0" : "1", isMet, how: "1 kill", row: "lost" } as const;
}
