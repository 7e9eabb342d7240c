import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { unavailable } from "../procedure/call-error.ts";

import { Transfer } from "./transfer.ts";
import { timedOut } from "./transfers.ts";

const leaseMs = 300;

test("a file whose right cannot be asked for ends before a lease has passed, also when the question is never answered", async () => {
  for (const recheck of [() => new Promise<void>(() => {}), () => Promise.reject(unavailable())]) {
    const from = performance.now();
    const transfer = open(recheck);
    await new Promise((resolve) => transfer.signal.addEventListener("abort", resolve));
    expect(performance.now() - from).toBeLessThanOrEqual(leaseMs);
    expect(transfer.signal.reason).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    transfer.close();
  }
});

test("one whose right is confirmed goes on", async () => {
  const transfer = open(async () => {});
  await pause(3 * leaseMs);
  expect(transfer.signal.aborted).toBe(false);
  transfer.close();
});

test("the last answer counts: one that came late, and then none, ends it a lease after that was asked for", async () => {
  let asked = 0;
  let lastAskedAt = 0;
  const transfer = open(() => {
    asked += 1;
    if (asked > 2) return new Promise<void>(() => {});
    lastAskedAt = performance.now();
    return pause(leaseMs / 3);
  });
  await new Promise((resolve) => transfer.signal.addEventListener("abort", resolve));
  expect(asked).toBe(3);
  expect(performance.now() - lastAskedAt).toBeLessThanOrEqual(leaseMs);
  transfer.close();
});

function open(recheck: () => Promise<void>): Transfer {
  return new Transfer({
    holder: "ann",
    principal: null,
    recheck,
    leaseMs,
    mostMs: 60_000,
    onClose: () => {},
    timedOut,
  });
}
