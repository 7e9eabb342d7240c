import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createMemoryGauge } from "./memory-gauge.ts";

test("a process that does little uses a small share", () => {
  const share = createMemoryGauge()();
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(0.5);
});

test("a process that runs out of its heap was seen to be nearly full before", async () => {
  const script = `
    import { createMemoryGauge } from ${JSON.stringify(join(import.meta.dirname, "memory-gauge.ts"))};
    const held = [];
    while (true) {
      for (let at = 0; at < 20_000; at += 1) held.push({ at, text: "x" + at });
      // A new one each time: it has no reading to go by.
      console.log(createMemoryGauge()());
    }`;
  // Of less, one collection of young objects may fill a third at once, unseen.
  const child = spawn(process.execPath, ["--max-old-space-size=128", "--input-type=module", "--eval", script]);
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.resume();
  const [code] = (await once(child, "close")) as [number | null];

  expect(code).not.toBe(0);
  const shares = printed.trim().split("\n").map(Number);
  expect(shares[0]).toBeLessThan(0.3);
  expect(Math.max(...shares)).toBeGreaterThan(0.9);
}, 30_000);
