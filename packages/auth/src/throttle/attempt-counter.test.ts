import { expect, test } from "vitest";

import { createTestClock } from "../test/clock.ts";

import { createMemoryAttemptCounter } from "./attempt-counter.ts";

const limit = { attempts: 3, windowSeconds: 60 };

test("RAT-02: a window is full after its attempts, and passes exactly at its end", async () => {
  const clock = createTestClock();
  const counter = createMemoryAttemptCounter(clock);

  for (const _ of [1, 2, 3]) await expect(counter.take("a", limit)).resolves.toEqual({ status: "counted" });
  await expect(counter.take("a", limit)).resolves.toEqual({ status: "limited", retryAfterSeconds: 60 });
  clock.advance(59_999);
  await expect(counter.take("a", limit)).resolves.toEqual({ status: "limited", retryAfterSeconds: 1 });
  clock.advance(1);
  await expect(counter.take("a", limit)).resolves.toEqual({ status: "counted" });
});

test("what is refused does not prolong the window, and one key's attempts are not another's", async () => {
  const clock = createTestClock();
  const counter = createMemoryAttemptCounter(clock);
  for (const _ of [1, 2, 3]) await counter.take("a", limit);

  for (const _ of [1, 2, 3, 4, 5]) {
    clock.advance(10_000);
    await expect(counter.take("a", limit)).resolves.toMatchObject({ status: "limited" });
  }
  await expect(counter.take("b", limit)).resolves.toEqual({ status: "counted" });
  clock.advance(10_000);
  await expect(counter.take("a", limit)).resolves.toEqual({ status: "counted" });
});

test("a place given back can be taken again, and never more than were taken", async () => {
  const counter = createMemoryAttemptCounter(createTestClock());
  await counter.take("a", limit);
  for (const _ of [1, 2, 3]) await counter.giveBack("a");

  for (const _ of [1, 2, 3]) await expect(counter.take("a", limit)).resolves.toEqual({ status: "counted" });
  await expect(counter.take("a", limit)).resolves.toMatchObject({ status: "limited" });
  await counter.reset("a");
  await expect(counter.take("a", limit)).resolves.toEqual({ status: "counted" });
});

test("memory is bounded: the oldest windows are forgotten, the newest kept", async () => {
  const counter = createMemoryAttemptCounter(createTestClock(), 100);
  const once = { attempts: 1, windowSeconds: 60 };
  for (let index = 0; index < 1000; index += 1) await counter.take(`key ${index}`, once);

  await expect(counter.take("key 999", once)).resolves.toMatchObject({ status: "limited" });
  await expect(counter.take("key 900", once)).resolves.toMatchObject({ status: "limited" });
  await expect(counter.take("key 899", once)).resolves.toEqual({ status: "counted" });
});
