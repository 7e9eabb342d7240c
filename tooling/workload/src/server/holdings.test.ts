import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

import { readHoldings } from "./holdings.ts";

test("what a process keeps is in what it holds, and what it has dropped is not", async () => {
  const kept = await holdingsAfter("globalThis.kept = Array.from({ length: 1e6 }, (_, place) => ({ place }))");
  const dropped = await holdingsAfter("Array.from({ length: 1e6 }, (_, place) => ({ place }))");

  expect(kept.heapBytes - dropped.heapBytes).toBeGreaterThan(20e6);
  expect(kept.resources["Timeout"]).toBe(1);
});

/** Of a program that does this first. */
async function holdingsAfter(work: string) {
  const script = `
    import { answerWithHoldings } from ${JSON.stringify(new URL("holdings.ts", import.meta.url).href)};
    ${work};
    answerWithHoldings();
    setTimeout(() => {}, 20_000);
    console.log("ready");
  `;
  const program = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  program.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(program.stdout, "data");
  try {
    return await readHoldings({
      pid: program.pid ?? null,
      get output() {
        return output;
      },
    });
  } finally {
    program.kill("SIGKILL");
  }
}
