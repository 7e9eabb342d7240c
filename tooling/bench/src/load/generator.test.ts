import { writeFileSync } from "node:fs";

import { expect, test } from "vitest";

import { ScratchFolder } from "../scratch-folder.ts";
import { startSide } from "../side/start-side.ts";
import { sampleAnswer } from "../sides/answer.ts";
import { createMembers } from "../sides/countersign-members.ts";
import { countChildren } from "../test/small-run.ts";

import { nodeGenerator, prepareGenerator } from "./generator.ts";
import { formatClients, type LoadClient } from "./load.ts";

const shape = { connections: 3, depth: 2, warmUpSeconds: 0.05, seconds: 0.15 };

test("the generators in C and in Node count and time the answers, and can be stopped", async () => {
  using scratch = new ScratchFolder();
  await using side = await startSide({ name: "raw" });
  const clientsFile = writeClients(
    scratch,
    Array.from({ length: 3 }, () => ({ cookie: null, answer: sampleAnswer })),
  );
  // Long enough that a machine with other work answers, too.
  const load = { port: side.port, clientsFile, ...shape, seconds: 1 };

  for (const generator of [await prepareGenerator(scratch.path), nodeGenerator]) {
    let isMeasuring = false;
    const result = await generator.run(load, { onMeasuring: () => (isMeasuring = true) });
    expect(isMeasuring).toBe(true);
    expect(result.calls).toBeGreaterThan(10);
    expect(result.seconds).toBeGreaterThan(0.9);
    expect(result.p50Microseconds).toBeGreaterThan(0);
    expect(result.p99Microseconds).toBeGreaterThanOrEqual(result.p50Microseconds);

    const stopping = new AbortController();
    const options = { onMeasuring: () => stopping.abort(), signal: stopping.signal };
    await expect(generator.run({ ...load, seconds: 60 }, options)).rejects.toThrow("gave up");
  }
  // The side's.
  await expect.poll(countChildren).toBe(1);
});

test("the generators give up on an answer that is another user's, or a refusal", async () => {
  using scratch = new ScratchFolder();
  const databaseUrl = `sqlite:${scratch.file("a.db")}`;
  const [ann, bob] = await createMembers(databaseUrl, [1, 1]);
  const cookie = ann?.sessions[0]?.cookie ?? null;
  await using side = await startSide({ name: "countersign", databaseUrl });
  const load = { ...shape, port: side.port, connections: 1 };

  for (const generator of [await prepareGenerator(scratch.path), nodeGenerator]) {
    const run = (client: LoadClient) => generator.run({ ...load, clientsFile: writeClients(scratch, [client]) });
    await expect(run({ cookie, answer: ann?.answer })).resolves.toMatchObject({});
    await expect(run({ cookie, answer: bob?.answer })).rejects.toThrow(/wrong answer[^]*user00000/);
    await expect(run({ cookie: null, answer: ann?.answer })).rejects.toThrow(/wrong answer[^]*UNAUTHORIZED/);
  }
});

function writeClients(scratch: ScratchFolder, clients: readonly LoadClient[]): string {
  const file = scratch.file("clients");
  writeFileSync(file, formatClients(clients));
  return file;
}
