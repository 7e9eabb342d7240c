import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";
import { RawSocket } from "./testing/index.ts";

/** Fixed, so that a failure is the same failure on every machine. */
const seed = 20_260_101;
const frames = 3000;
const sockets = 20;

const path = fc.oneof(
  fc.constantFrom("who", "anyone", "echo", "session.snapshot", "auth.login", "__proto__"),
  fc.string(),
);
const envelope = fc.record(
  {
    id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double(), fc.object()),
    jsonrpc: fc.constantFrom("2.0", "1.0", 2),
    method: fc.oneof(fc.constantFrom("query", "mutation", "subscription", "subscription.stop"), fc.string()),
    params: fc.oneof(
      fc.record({ path, input: fc.jsonValue(), lastEventId: fc.string() }, { requiredKeys: [] }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const message = fc.oneof(
  envelope.map((value) => JSON.stringify(value)),
  fc.array(envelope, { maxLength: 40 }).map((value) => JSON.stringify(value)),
  // A valid text with a byte or two knocked out of place.
  fc.tuple(envelope, fc.nat(), fc.string({ maxLength: 2 })).map(([value, at, junk]) => {
    const text = JSON.stringify(value);
    return text.slice(0, at % text.length) + junk + text.slice((at % text.length) + 1);
  }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.string(),
);

test("WSK-45: no message ends the process, leaves a stream behind or keeps others from being answered", async () => {
  const settings = {
    BAD_FRAMES: 1_000_000,
    CALLS_PER_SECOND: 1_000_000,
    CALLS_BURST: 1_000_000,
    MAX_SUBSCRIPTIONS: 10_000,
  };
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const ann = await app.signIn("ann");
  await using canary = await ann.open();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", onRejection);

  const hostile = await Promise.all(Array.from({ length: sockets }, () => RawSocket.open({ url: `${app.url}/trpc` })));
  const messages = fc.sample(message, { seed, numRuns: frames });
  for (let from = 0; from < frames; from += 100) {
    for (const [index, text] of messages.slice(from, from + 100).entries()) hostile[index % sockets]?.send(text);
    expect(await canary.query("who")).toMatchObject({ result: { data: "ann" } });
  }
  // Answered last: everything sent before has been read.
  const answers = await Promise.all(hostile.map((socket) => socket.call("query", "anyone", undefined)));
  expect(answers.every(({ result, error }) => result ?? error)).toBe(true);
  for (const socket of hostile) await socket[Symbol.asyncDispose]();
  await expect.poll(() => app.app.services.connections.size).toBe(1);
  expect(app.app.services.hub.size).toBe(0);
  expect(await canary.query("who")).toMatchObject({ result: { data: "ann" } });
  process.off("unhandledRejection", onRejection);
  expect(rejections).toEqual([]);
});
