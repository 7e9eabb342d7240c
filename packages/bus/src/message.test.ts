import { expect, test } from "vitest";

import type { Hint } from "./bus.ts";
import { decodeMessage, encodeEcho, encodeHints } from "./message.ts";

test("messages stay within the limit, in bytes, and lose nothing", () => {
  const hints: Hint[] = Array.from({ length: 300 }, (_, index) => ({
    kind: "topic",
    topic: `${"ß".repeat(80)} ${index}`,
  }));
  const messages = encodeHints("one", hints, 1000);

  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1000);
  expect(messages.flatMap((message) => decodeMessage(message).hints)).toEqual(hints);
  expect(decodeMessage(messages[0] ?? "").from).toBe("one");
});

test("many sessions that end together become several hints", () => {
  const sessionIds = Array.from({ length: 250 }, (_, index) => `session ${index}`);
  const messages = encodeHints("one", [{ kind: "sessions-ended", sessionIds, reason: "deleted" }], 100_000);
  const hints = messages.flatMap((message) => decodeMessage(message).hints);

  expect(hints).toHaveLength(3);
  expect(hints.flatMap((hint) => (hint.kind === "sessions-ended" ? hint.sessionIds : []))).toEqual(sessionIds);
});

test.each([
  "",
  "nonsense",
  "null",
  '{"hints":[{"kind":"user"}]}',
  '{"hints":[{"kind":"user","userId":7}]}',
  '{"hints":[{"kind":"sessions-ended","sessionIds":"s1","reason":"x"}]}',
  '{"hints":[{"kind":"of a later version","id":"x"}]}',
  '{"hints":[null]}',
])("what cannot be read may mean anything: %s is a gap", (text) => {
  expect(decodeMessage(text).hints).toEqual([{ kind: "gap" }]);
});

test("an echo carries its number and no hint", () => {
  expect(decodeMessage(encodeEcho("one", 7))).toEqual({ from: "one", hints: [], echo: 7 });
});
