import { expect, test } from "vitest";

import { createTestClock } from "../test/clock.ts";

import type { AttemptCounter } from "./attempt-counter.ts";
import { createMemoryCounter } from "./memory-counter.ts";

const limit = { attempts: 3, windowSeconds: 60 };

function take(counter: AttemptCounter, key: string, by: { attempts: number; windowSeconds: number }) {
  return counter.take([{ key, ...by }]);
}

test("RAT-02: a window is full after its attempts, and passes exactly at its end", async () => {
  const clock = createTestClock();
  const counter = createMemoryCounter(clock);

  for (const _ of [1, 2, 3]) await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "counted" });
  await expect(take(counter, "a", limit)).resolves.toEqual({ status: "limited", retryAfterSeconds: 60 });
  clock.advance(59_999);
  await expect(take(counter, "a", limit)).resolves.toEqual({ status: "limited", retryAfterSeconds: 1 });
  clock.advance(1);
  await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "counted" });
});

test("what is refused does not prolong the window, and one key's attempts are not another's", async () => {
  const clock = createTestClock();
  const counter = createMemoryCounter(clock);
  for (const _ of [1, 2, 3]) await take(counter, "a", limit);

  for (const _ of [1, 2, 3, 4, 5]) {
    clock.advance(10_000);
    await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "limited" });
  }
  await expect(take(counter, "b", limit)).resolves.toMatchObject({ status: "counted" });
  clock.advance(10_000);
  await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "counted" });
});

test("a place given back can be taken again, and never more than were taken", async () => {
  const counter = createMemoryCounter(createTestClock());
  const taken = await take(counter, "a", limit);
  if (taken.status === "limited") throw new Error("The first attempt was refused.");
  for (const _ of [1, 2, 3]) await taken.giveBack(["a"]);

  for (const _ of [1, 2, 3]) await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "counted" });
  await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "limited" });
  await counter.reset(["a"]);
  await expect(take(counter, "a", limit)).resolves.toMatchObject({ status: "counted" });
});

test("memory is bounded: the oldest windows are forgotten, the newest kept", async () => {
  const counter = createMemoryCounter(createTestClock(), 100);
  const once = { attempts: 1, windowSeconds: 60 };
  for (let index = 0; index < 1000; index += 1) await take(counter, `key ${index}`, once);

  await expect(take(counter, "key 999", once)).resolves.toMatchObject({ status: "limited" });
  await expect(take(counter, "key 900", once)).resolves.toMatchObject({ status: "limited" });
  await expect(take(counter, "key 899", once)).resolves.toMatchObject({ status: "counted" });
});

test("an attempt that is refused by one window takes no place in the others", async () => {
  const counter = createMemoryCounter(createTestClock());
  for (const _ of [1, 2, 3]) await take(counter, "full", limit);
  const both = [
    { key: "empty", ...limit },
    { key: "full", ...limit },
  ];
  for (const _ of [1, 2, 3, 4]) await expect(counter.take(both)).resolves.toMatchObject({ status: "limited" });

  for (const _ of [1, 2, 3]) await expect(take(counter, "empty", limit)).resolves.toMatchObject({ status: "counted" });
});
