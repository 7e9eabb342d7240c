import { expect, test, vi } from "vitest";

import type { Hint } from "./bus.ts";
import { createMemoryBus } from "./memory.ts";

const userHint: Hint = { kind: "user", userId: "ann" };
const endHint: Hint = { kind: "sessions-ended", sessionIds: ["s1"], reason: "signed_out" };

test("a hint reaches every subscriber before publish returns, in the order published", () => {
  const bus = createMemoryBus();
  const heard: [string, Hint][] = [];
  bus.subscribe((hint) => heard.push(["one", hint]));
  bus.subscribe((hint) => heard.push(["two", hint]));

  bus.publish(endHint);
  bus.publish(userHint);

  expect(heard).toEqual([
    ["one", endHint],
    ["two", endHint],
    ["one", userHint],
    ["two", userHint],
  ]);
});

test("a subscriber that throws keeps no other from the hint, nor the publisher from its work", () => {
  const onError = vi.fn<(error: unknown) => void>();
  const bus = createMemoryBus({ onError });
  const broken = new Error("broken");
  const heard = vi.fn<(hint: Hint) => void>();
  bus.subscribe(() => {
    throw broken;
  });
  bus.subscribe(heard);

  expect(() => bus.publish(userHint)).not.toThrow();

  expect(heard).toHaveBeenCalledExactlyOnceWith(userHint);
  expect(onError).toHaveBeenCalledExactlyOnceWith(broken);
});

test("whoever stops hears nothing more, also when the same function listens twice or stops twice", () => {
  const bus = createMemoryBus();
  const heard = vi.fn<(hint: Hint) => void>();
  const stopFirst = bus.subscribe(heard);
  bus.subscribe(heard);

  bus.publish(userHint);
  expect(heard).toHaveBeenCalledTimes(2);

  stopFirst();
  stopFirst();
  bus.publish(userHint);
  expect(heard).toHaveBeenCalledTimes(3);
});

test("a subscriber may stop another while a hint is told", () => {
  const bus = createMemoryBus();
  const heard = vi.fn<(hint: Hint) => void>();
  bus.subscribe(() => stopOther());
  const stopOther = bus.subscribe(heard);

  bus.publish(userHint);

  expect(heard).not.toHaveBeenCalled();
});

test("a closed bus is silent", async () => {
  const bus = createMemoryBus();
  const heard = vi.fn<(hint: Hint) => void>();
  bus.subscribe(heard);

  await bus.close();
  bus.publish(userHint);

  expect(heard).not.toHaveBeenCalled();
});
