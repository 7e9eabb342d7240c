import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Patience, patienceLeftMs, spendPatience, waitPatiently, withoutPatience } from "./index.ts";

let stop: () => void;

// A clock of the test's own, which goes on by itself: what is waited for takes as long as it says, on any machine.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const ticking = setInterval(() => void vi.advanceTimersToNextTimerAsync(), 1);
  stop = () => clearInterval(ticking);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

test("waits at the same time count once, one after the other both, and what is done in between does not", async () => {
  await new Patience(1000).run(async () => {
    await Promise.all([spendPatience(() => pause(60)), spendPatience(() => pause(60))]);
    expect(patienceLeftMs()).toBe(940);
    await pause(100);
    expect(patienceLeftMs()).toBe(940);
    await spendPatience(() => spendPatience(() => pause(60)));
    expect(patienceLeftMs()).toBe(880);
  });
});

test("a wait that is under way counts, and one that fails does", async () => {
  await new Patience(1000).run(async () => {
    const waiting = spendPatience(() => pause(60));
    await pause(30);
    expect(patienceLeftMs()).toBe(970);
    await waiting;
    const failing = async () => {
      await pause(40);
      throw new Error("no");
    };
    await expect(spendPatience(failing)).rejects.toThrow("no");
    expect(patienceLeftMs()).toBe(900);
  });
});

test("what others wait for as well is given up when it takes too long, and only then", async () => {
  const { promise: never } = Promise.withResolvers<string>();
  await new Patience(50).run(async () => {
    expect(await waitPatiently(pause(10).then(() => "there"))).toBe("there");
    const begun = performance.now();
    await expect(waitPatiently(never)).rejects.toMatchObject({ name: "DatabaseUnavailable", outcomeUnknown: false });
    expect(performance.now() - begun).toBe(40);
    expect(patienceLeftMs()).toBe(0);
  });
  // Nobody waits here.
  expect(await Promise.race([waitPatiently(never), pause(100, "waits on")])).toBe("waits on");
});

test("what ends by itself in time is waited for to its end, as long as nothing was waited for before", async () => {
  const first = new Patience(40);
  expect(await first.run(() => waitPatiently(pause(80, "there"), 40))).toBe("there");
  expect(first.leftMs).toBe(0);

  const second = new Patience(40);
  await second.run(async () => {
    await spendPatience(() => pause(20));
    await expect(waitPatiently(pause(200, "there"), 40)).rejects.toMatchObject({ name: "DatabaseUnavailable" });
  });
});

test("it holds for what is done for its own caller: not for others, and not for what goes on after the answer", async () => {
  const after = Promise.withResolvers<number>();
  const { promise: isAnswered, resolve: answer } = Promise.withResolvers<void>();
  await new Patience(100).run(async () => {
    expect(patienceLeftMs()).toBeLessThanOrEqual(100);
    expect(withoutPatience(patienceLeftMs)).toBe(Number.POSITIVE_INFINITY);
    void isAnswered.then(() => after.resolve(patienceLeftMs()));
  });
  expect(patienceLeftMs()).toBe(Number.POSITIVE_INFINITY);
  answer();
  expect(await after.promise).toBe(Number.POSITIVE_INFINITY);
});

function pause(ms: number): Promise<void>;
function pause<Value>(ms: number, value: Value): Promise<Value>;
function pause<Value>(ms: number, value?: Value): Promise<Value | undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}
