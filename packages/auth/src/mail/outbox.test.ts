import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Mail, MailRefused } from "./mailer.ts";
import { createOutbox } from "./outbox.ts";

const mail: Mail = { to: "ann@example.com", subject: "Hello", text: "Hello", html: "<p>Hello</p>" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("posting does not wait: the mail is written and sent a moment later", async () => {
  const { outbox, sent } = open();
  const write = vi.fn<() => Promise<Mail>>(async () => mail);
  outbox.post(write);

  expect(write).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(250);

  expect(write).toHaveBeenCalledOnce();
  expect(sent).toEqual([mail]);
});

test("when there is nothing to be sent, nothing is", async () => {
  const { outbox, sent, errors } = open();
  outbox.post(async () => null);
  await vi.advanceTimersByTimeAsync(3_600_000);

  expect([sent, errors]).toEqual([[], []]);
});

test("REG-17: a mail that cannot be sent is tried again, later each time, and written once", async () => {
  const { outbox, sent, errors, fail } = open();
  const write = vi.fn<() => Promise<Mail>>(async () => mail);
  fail(new Error("away"));
  outbox.post(write);

  const tries = [];
  for (const ms of [250, 1000, 2000, 4000]) {
    await vi.advanceTimersByTimeAsync(ms);
    tries.push(errors.length);
  }
  expect(tries).toEqual([1, 2, 3, 4]);
  fail(null);
  await vi.advanceTimersByTimeAsync(8000);

  expect(sent).toEqual([mail]);
  expect(write).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(sent).toHaveLength(1);
});

test("what could not be written is written again", async () => {
  const { outbox, sent } = open();
  let isAway = true;
  outbox.post(async () => {
    if (isAway) throw new Error("The database is away.");
    return mail;
  });
  await vi.advanceTimersByTimeAsync(250);
  expect(sent).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(1000);

  expect(sent).toEqual([mail]);
});

test("a mail is given up after twelve tries, or at once when the server refuses it for good", async () => {
  const { outbox, errors, fail } = open();
  fail(new Error("away"));
  outbox.post(async () => mail);
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(errors.map((error) => String(error).includes("given up"))).toEqual([
    ...Array.from({ length: 11 }, () => false),
    true,
  ]);

  errors.length = 0;
  fail(new MailRefused("no such mailbox"));
  outbox.post(async () => mail);
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(errors.map(String)).toEqual([expect.stringContaining("given up")]);
});

test("memory is bounded: beyond ten thousand that wait, new ones are given up and it is told", async () => {
  const { outbox, sent, errors } = open();
  for (let index = 0; index < 10_001; index += 1) outbox.post(async () => mail);

  expect(errors.map(String)).toEqual([expect.stringContaining("too many are waiting")]);
  await outbox.flush();
  expect(sent).toHaveLength(10_000);
  outbox.post(async () => mail);
  await outbox.flush();
  expect(sent).toHaveLength(10_001);
  expect(outbox.counts).toEqual({ waiting: 0, sent: 10_001, postponed: 0, givenUp: 1 });
});

test("only a few are sent at once", async () => {
  let running = 0;
  let most = 0;
  const outbox = createOutbox({
    mailer: {
      async send() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running -= 1;
      },
    },
    onError: () => {},
  });
  for (let index = 0; index < 20; index += 1) outbox.post(async () => mail);
  const flushed = outbox.flush();
  await vi.advanceTimersByTimeAsync(1000);
  await flushed;

  expect(most).toBe(4);
});

function open() {
  const sent: Mail[] = [];
  const errors: unknown[] = [];
  let failure: Error | null = null;
  const outbox = createOutbox({
    mailer: {
      async send(letter) {
        if (failure) throw failure;
        sent.push(letter);
      },
    },
    onError: (error) => errors.push(error),
  });
  return {
    outbox,
    sent,
    errors,
    fail: (error: Error | null) => {
      failure = error;
    },
  };
}
