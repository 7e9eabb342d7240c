import type { Socket } from "node:net";

import { expect, test, vi } from "vitest";

import { Backlog, lowWaterBytes } from "./backlog.ts";

/** A reader of whom the test says what it has taken. */
function watch(patienceMs: number) {
  const state = { unread: 0, taken: 0 };
  const tcp = {
    destroyed: false,
    get bytesWritten() {
      return state.taken + state.unread;
    },
    get writableLength() {
      return state.unread;
    },
  };
  const onStalled = vi.fn<() => void>();
  // The cast: only these parts of a socket are looked at.
  const options = { tcp: tcp as unknown as Socket, unread: () => state.unread, patienceMs, onStalled };
  return { backlog: new Backlog(options), state, onStalled };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a reader that takes nothing of a backlog for the time is stalled", async () => {
  const { backlog, state, onStalled } = watch(20);
  state.unread = lowWaterBytes + 1;
  backlog.note();
  await pause(50);
  expect(onStalled).toHaveBeenCalledOnce();
});

test("a reader that takes is not, however much there is; when it stops, it is", async () => {
  const { backlog, state, onStalled } = watch(20);
  state.unread = 100 * lowWaterBytes;
  backlog.note();
  const reading = setInterval(() => {
    state.taken += lowWaterBytes;
    state.unread -= lowWaterBytes;
  }, 5);
  await pause(80);
  expect(onStalled).not.toHaveBeenCalled();
  clearInterval(reading);
  await pause(60);
  expect(onStalled).toHaveBeenCalledOnce();
});

test("what is at most the low-water mark is no backlog", async () => {
  const { backlog, state, onStalled } = watch(10);
  state.unread = lowWaterBytes;
  backlog.note();
  await pause(30);
  expect(onStalled).not.toHaveBeenCalled();
  await backlog.drained();
});
