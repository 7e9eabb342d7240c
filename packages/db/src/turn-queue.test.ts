import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { DatabaseUnavailable } from "./database.ts";
import { createTurnQueue } from "./turn-queue.ts";

const soon = () => performance.now() + 20;
const later = () => performance.now() + 5000;

test("one is in at a time, in the order they came", async () => {
  const queue = createTurnQueue({ places: 1, longest: 10 });
  const order: string[] = [];
  const leaveFirst = await queue.enter(later());
  const others = ["second", "third"].map(async (name) => {
    const leave = await queue.enter(later());
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    leave();
  });
  expect(queue.isFree).toBe(false);

  leaveFirst();
  await Promise.all(others);

  expect(order).toEqual(["second in", "second out", "third in", "third out"]);
  expect(queue.isFree).toBe(true);
});

test("with more places as many are in at once, and no more", async () => {
  const queue = createTurnQueue({ places: 2, longest: 10 });
  const leave = await queue.enter(later());
  expect(queue.isFree).toBe(true);
  await queue.enter(later());
  expect(queue.isFree).toBe(false);

  const third = queue.enter(later());
  await expect(queue.enter(soon())).rejects.toThrow(DatabaseUnavailable);
  leave();
  await expect(third).resolves.toBeTypeOf("function");
});

test("one whose deadline passes is turned away, and those behind still have their turn", async () => {
  const queue = createTurnQueue({ places: 1, longest: 10 });
  const leave = await queue.enter(later());
  const impatient = queue.enter(soon());
  const patient = queue.enter(later());

  await expect(impatient).rejects.toThrow(DatabaseUnavailable);
  leave();
  await expect(patient).resolves.toBeTypeOf("function");
});

test("leaving twice lets in one, not two", async () => {
  const queue = createTurnQueue({ places: 1, longest: 10 });
  const leave = await queue.enter(later());
  const second = queue.enter(later());
  const third = queue.enter(soon());

  leave();
  leave();

  await expect(second).resolves.toBeTypeOf("function");
  await expect(third).rejects.toThrow(DatabaseUnavailable);
});

test("as many as are allowed wait; one more is refused at once", async () => {
  const queue = createTurnQueue({ places: 1, longest: 2 });
  const leave = await queue.enter(later());
  const waiting = [queue.enter(later()), queue.enter(later())];

  await expect(queue.enter(later())).rejects.toThrow("2 transactions wait for the database");
  expect(queue.waiting).toBe(2);

  leave();
  for (const turn of waiting) (await turn)();
  expect(queue.waiting).toBe(0);
  expect(queue.isFree).toBe(true);
});

test("however many wait, what waits for no turn is done in between, and nobody is let in early", async () => {
  const queue = createTurnQueue({ places: 1, longest: 100 });
  const order: string[] = [];
  let isIn = false;
  const turns = Array.from({ length: 20 }, async (_, index) => {
    const leave = await queue.enter(later());
    expect(isIn).toBe(false);
    isIn = true;
    // A transaction on SQLite: it works without ever letting the event loop go round.
    for (const begun = performance.now(); performance.now() - begun < 5;) await Promise.resolve();
    isIn = false;
    order.push(`turn ${index}`);
    leave();
  });
  setImmediate(() => order.push("else"));
  await Promise.all(turns);

  expect(order.slice(0, 5)).toContain("else");
  expect(order.filter((what) => what !== "else")).toEqual(turns.map((_, index) => `turn ${index}`));
  await expect.poll(() => queue.isFree).toBe(true);
});

test("those who each come when nobody waits, in one turn of the event loop, let it go round as well", async () => {
  const queue = createTurnQueue({ places: 1, longest: 100 });
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  for (let index = 0; index < 20; index += 1) {
    const run = async () => {
      const leave = queue.enterNow() ?? (await queue.enter(later()));
      for (const begun = performance.now(); performance.now() - begun < 5;) await Promise.resolve();
      order.push(`turn ${index}`);
      leave();
      if (index === 19) resolve();
    };
    setImmediate(() => void run());
  }
  setImmediate(() => setImmediate(() => order.push("else")));
  await promise;

  expect(order.slice(0, 5)).toContain("else");
  expect(order).toHaveLength(21);
});

test("those who are quick follow one another in the same turn of the event loop, also when nobody came for a while", async () => {
  const queue = createTurnQueue({ places: 1, longest: 100 });
  // As long as a run may last at most: it counts from when somebody comes.
  await pause(20);
  let isTurnOver = false;
  const turns = Array.from({ length: 20 }, async () => {
    const leave = await queue.enter(later());
    leave();
    return isTurnOver;
  });
  setImmediate(() => (isTurnOver = true));

  expect(new Set(await Promise.all(turns))).toEqual(new Set([false]));
});

test("what one queue has run for counts for all: they share the event loop", async () => {
  const queues = Array.from({ length: 10 }, () => createTurnQueue({ places: 1, longest: 100 }));
  let isTurnOver = false;
  const pairs = queues.map((queue) =>
    Promise.all(
      ["first", "second"].map(async () => {
        const leave = await queue.enter(later());
        work(5);
        leave();
        return isTurnOver;
      }),
    ),
  );
  setImmediate(() => (isTurnOver = true));

  const seconds = (await Promise.all(pairs)).map(([, second]) => second);
  expect(seconds.filter((wasAfter) => !wasAfter).length).toBeLessThanOrEqual(2);
});

test("of those who wait each is turned away when its own deadline passes, whoever came first", async () => {
  const queue = createTurnQueue({ places: 1, longest: 10 });
  const leave = await queue.enter(later());
  const refused: string[] = [];
  const wait = (name: string, deadline: number) => queue.enter(deadline).catch(() => refused.push(name));
  const from = performance.now();
  const [last, first, second] = [wait("last", from + 90), wait("first", from + 20), wait("second", from + 50)];
  const patient = queue.enter(later());

  await first;
  expect(refused).toEqual(["first"]);
  await second;
  expect(refused).toEqual(["first", "second"]);
  await last;
  expect(refused).toEqual(["first", "second", "last"]);
  expect(queue.waiting).toBe(1);
  leave();
  await expect(patient).resolves.toBeTypeOf("function");
  expect(queue.waiting).toBe(0);
});

function work(ms: number): void {
  for (const begun = performance.now(); performance.now() - begun < ms;);
}
