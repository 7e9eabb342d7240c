import { setTimeout as pause } from "node:timers/promises";

import { monotonicMs } from "../monotonic-clock.ts";
import type { SideProcess } from "../side/start-side.ts";
import { watchSnapshots } from "../wire/watch-snapshots.ts";

export interface BroadcastFigures {
  readonly serverMicrosecondsPerFrame: number;
  /** Of each text: from its sending until the last socket had it. */
  readonly msToLast: readonly number[];
}

/** Sends these texts to so many sockets, evenly over this time: the floor of what showing them can cost. */
export async function measureBroadcast(
  side: SideProcess,
  plan: { readonly sockets: number; readonly texts: readonly string[]; readonly seconds: number },
): Promise<BroadcastFigures> {
  const { texts, sockets: count } = plan;
  const expected = texts.map((text) => Buffer.from(text));
  const missing = texts.map(() => count);
  const lastAt = texts.map(() => 0);
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let left = texts.length;

  const sockets = await watchSnapshots({
    port: side.port,
    cookies: Array.from({ length: count }, () => null),
    onChange(payload, socket) {
      // Two texts came before: that it has started, and the first state.
      const index = socket.texts - 3;
      if (!expected[index]?.equals(payload)) throw new Error(`An unexpected frame came: ${payload.toString()}`);
      lastAt[index] = socket.lastByteAt;
      missing[index] = (missing[index] ?? 0) - 1;
      if (missing[index] === 0 && --left === 0) resolve();
    },
  });
  const before = await side.readUsage();
  const sent: Promise<number>[] = [];
  const begun = monotonicMs();
  for (const [index, text] of texts.entries()) {
    const waitMs = begun + (index * plan.seconds * 1000) / texts.length - monotonicMs();
    if (waitMs > 0) await pause(waitMs);
    sent.push(side.act({ kind: "send-text", text }));
  }
  const sentAt = await Promise.all(sent);
  await all;
  const after = await side.readUsage();
  for (const socket of sockets) socket.destroy();
  return {
    serverMicrosecondsPerFrame: (after.cpuMicroseconds - before.cpuMicroseconds) / (texts.length * count),
    msToLast: lastAt.map((at, index) => at - (sentAt[index] ?? Number.NaN)),
  };
}
