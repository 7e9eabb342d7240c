import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { defaultSettings } from "@countersign/contract";

import type { Services } from "../services.ts";

import { startKeepAlive } from "./keep-alive.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** Sockets that fell silent at these moments after the start, and when each was pinged and ended. */
function watchSilent(silentAt: readonly number[]) {
  const told = silentAt.map(() => ({ pings: [] as number[], endedAt: Number.POSITIVE_INFINITY }));
  const connections = told.map((each, index) => ({
    lastHeardAt: performance.now() + (silentAt[index] ?? 0),
    socket: {
      ping: () => each.pings.push(performance.now()),
      terminate: () => (each.endedAt = Math.min(each.endedAt, performance.now())),
    },
  }));
  // The cast: nothing else of them is looked at.
  const stop = startKeepAlive({ connections, settings: defaultSettings } as unknown as Services);
  return { told, connections, stop };
}

test("REL-44, WSK-39: whenever a socket fell silent, it is pinged once, has nearly its time to answer, and is ended within 35 s", () => {
  const { PING_SECONDS, PONG_SECONDS } = defaultSettings;
  const silentAt = Array.from({ length: 80 }, (_, index) => index * 100 + 1);
  const { told, connections, stop } = watchSilent(silentAt);

  vi.advanceTimersByTime(60_000);
  stop();

  for (const [index, { pings, endedAt }] of told.entries()) {
    const since = connections[index]?.lastHeardAt ?? 0;
    expect(pings).toHaveLength(1);
    const [pingedAt = 0] = pings;
    expect(pingedAt - since).toBeGreaterThanOrEqual(PING_SECONDS * 1000);
    expect(endedAt - pingedAt).toBeGreaterThanOrEqual(PONG_SECONDS * 1000 - 1000);
    // A timer may fire late on a machine that has much to do.
    expect(endedAt - since).toBeLessThanOrEqual(34_500);
  }
});
