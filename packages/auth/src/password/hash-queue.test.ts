import { expect, test } from "vitest";

import { createHashQueue } from "./hash-queue.ts";

test("no more run at once than allowed, in the order they came, and all are answered", async () => {
  const queue = createHashQueue({ concurrency: 2, capacity: 10 });
  const started: number[] = [];
  let running = 0;
  let most = 0;

  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      queue.run(async () => {
        started.push(index);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return index;
      }),
    ),
  );

  expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(started).toEqual(results);
  expect(most).toBe(2);
});

test("REL-31: what finds the queue full is told to come back, at once, and room is made again", async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 2 });
  const gate = Promise.withResolvers<void>();
  const accepted = [1, 2, 3].map((name) => queue.run(() => gate.promise.then(() => name)));

  await expect(queue.run(async () => "late")).resolves.toEqual({ status: "busy", retryAfterSeconds: 5 });
  expect(queue.counts).toEqual({ running: 1, waiting: 2, refused: 1 });
  gate.resolve();
  await expect(Promise.all(accepted)).resolves.toEqual([1, 2, 3]);
  expect(queue.counts).toEqual({ running: 0, waiting: 0, refused: 1 });
  await expect(queue.run(async () => "later")).resolves.toBe("later");
});

test("a job that fails gives its place to the next", async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 2 });

  const failed = queue.run(() => Promise.reject(new Error("no memory")));
  const next = queue.run(async () => "fine");

  await expect(failed).rejects.toThrow("no memory");
  await expect(next).resolves.toBe("fine");
});
