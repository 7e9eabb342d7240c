import { expect, test } from "vitest";

import type { Hint } from "./bus.ts";
import { decodeMessage, encodeEcho, encodeHints, type PublishedHint } from "./message.ts";

test("messages stay within the limit, in bytes, and lose nothing", () => {
  const hints: PublishedHint[] = Array.from({ length: 300 }, (_, index) => ({
    hint: { kind: "topic", topic: `${"ß".repeat(80)} ${index}` },
    publishedAt: index === 7 ? null : 1_800_000_000_000 + index,
  }));
  const messages = encodeHints("one", hints, 1000);

  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1000);
  expect(messages.flatMap((message) => decodeMessage(message).hints)).toEqual(hints);
  expect(decodeMessage(messages[0] ?? "").from).toBe("one");
});

test("a hint that no message holds is told as a gap, and those around it as they are", () => {
  const around: Hint = { kind: "user", userId: "ann" };
  const topicOf = (length: number): Hint => ({ kind: "topic", topic: "x".repeat(length) });
  const decode = (hints: readonly Hint[]) => {
    const published = hints.map((hint) => ({ hint, publishedAt: null }));
    const messages = encodeHints("one", published, 500);
    for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(500);
    return messages.flatMap((message) => decodeMessage(message).hints.map(({ hint }) => hint));
  };
  const most = 500 - encodeHints("one", [{ hint: topicOf(0), publishedAt: null }], 500).join("").length - 1;
  expect(decode([around, topicOf(most), around])).toEqual([around, topicOf(most), around]);
  expect(decode([around, topicOf(most + 1), around])).toEqual([around, { kind: "gap" }, around]);
});

test("many sessions that end together become several hints", () => {
  const sessionIds = Array.from({ length: 250 }, (_, index) => `session ${index}`);
  const messages = encodeHints("one", [{ hint: endHint(sessionIds), publishedAt: 5 }], 100_000);
  const published = messages.flatMap((message) => decodeMessage(message).hints);
  const hints = published.map(({ hint }) => hint);

  expect(published.map(({ publishedAt }) => publishedAt)).toEqual([5, 5, 5]);
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
  expect(decodeMessage(text).hints).toEqual([{ hint: { kind: "gap" }, publishedAt: null }]);
});

test("much that cannot be read in one message is one gap; what can be read beside it is told", () => {
  const text = `{"from":"one","hints":[0,{"kind":"user","userId":"ann"},${"0,".repeat(3000)}{"kind":"gap"}]}`;
  const hints = decodeMessage(text).hints.map(({ hint }) => hint);
  expect(hints).toEqual([{ kind: "gap" }, { kind: "user", userId: "ann" }]);
});

test("a message that is longer than any replica writes is not read: a gap", () => {
  const hint = (text: string) =>
    decodeMessage(`{"from":"one","hints":[{"kind":"topic","topic":"${text}"}]}`).hints[0]?.hint;
  expect(hint("x".repeat(200_000))).toMatchObject({ kind: "topic" });
  expect(hint("x".repeat(262_144))).toEqual({ kind: "gap" });
});

test("a time that is none is not known; the hint is what it was", () => {
  for (const at of ['"soon"', "null", "1e999"]) {
    const { hints } = decodeMessage(`{"from":"one","hints":[{"kind":"user","userId":"ann","at":${at}}]}`);
    expect(hints).toEqual([{ hint: { kind: "user", userId: "ann" }, publishedAt: null }]);
  }
});

test("an echo carries its number and no hint", () => {
  expect(decodeMessage(encodeEcho("one", 7))).toEqual({ from: "one", hints: [], echo: 7 });
});

function endHint(sessionIds: readonly string[]): Hint {
  return { kind: "sessions-ended", sessionIds, reason: "deleted" };
}
