import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

import { readProbe } from "./probe.ts";

test("a loop that stands still is seen, and one that does not is not", async () => {
  const stalls = async (work: string) =>
    Math.max(
      ...readProbe(await printed(work))
        .map(({ stallMs }) => stallMs)
        .slice(1),
    );

  // Waiting without working, as a program does for a lock.
  expect(await stalls("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)")).toBeGreaterThan(200);
  expect(await stalls("")).toBeLessThan(100);
});

/** What a program prints that is looked at, and does this after a while. */
function printed(work: string): Promise<string> {
  const script = `
    import { startProbe } from ${JSON.stringify(new URL("probe.ts", import.meta.url).href)};
    startProbe();
    setTimeout(() => { ${work} }, 300);
    setTimeout(() => {}, 900);
  `;
  return text(
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] }).stdout,
  );
}
