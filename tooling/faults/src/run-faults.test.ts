import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { isRunPassed } from "./page/run.ts";
import { runFaults } from "./run-faults.ts";
import { faults } from "./test/made-faults.ts";

const module = new URL("test/made-faults.ts", import.meta.url).href;

test("whatever becomes of a fault, the others are run, and nothing of it is left", async () => {
  const left: string[] = [];
  const details: string[] = [];
  const runs = await runFaults(faults, {
    length: "long",
    seed: 7,
    module,
    tell: (text) => left.push(text),
    onRun: (_, text) => void details.push(text),
  });

  expect(runs.map((run) => [run.fault, isRunPassed(run), run.failure])).toEqual([
    ["passes", true, null],
    ["finds", false, null],
    ["misses", false, null],
    ["throws", false, "Error: It broke."],
    ["ends", false, "Its process ended by itself: code 3, signal null."],
    ["hangs", false, "It was not done after 1 s, and was ended."],
  ]);
  expect(runs[1]?.violations).toEqual(["I1: a row is gone"]);
  expect(details[1]).toContain('{"row":7}');
  expect(details[3]).toContain("In two lines.");
  expect(left).toHaveLength(faults.length);
  for (const each of left) {
    const [pid = "", folder = ""] = each.split(" ");
    await expectGone(Number(pid));
    expect(existsSync(folder)).toBe(false);
  }
});

/** A process that was killed is gone as soon as the system has noticed. */
async function expectGone(pid: number): Promise<void> {
  const isThere = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  for (let looks = 0; isThere() && looks < 100; looks += 1) await pause(20);
  expect(isThere()).toBe(false);
}
